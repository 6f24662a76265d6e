using System.Numerics;
using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Steps;

/// <summary>The one addition of the tree: element by element, left plus right, in IEEE single precision.</summary>
internal static class VectorSum
{
    /// <summary>Writes left plus right into <paramref name="sum"/>, which may be <paramref name="left"/>.</summary>
    public static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        var lefts = MemoryMarshal.Cast<float, Vector<float>>(left);
        var rights = MemoryMarshal.Cast<float, Vector<float>>(right)[..lefts.Length];
        var sums = MemoryMarshal.Cast<float, Vector<float>>(sum)[..lefts.Length];
        for (var index = 0; index < lefts.Length; index++)
        {
            sums[index] = lefts[index] + rights[index];
        }

        for (var index = lefts.Length * Vector<float>.Count; index < left.Length; index++)
        {
            sum[index] = left[index] + right[index];
        }
    }
}
