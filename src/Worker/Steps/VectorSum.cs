using System.Numerics;
using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Steps;

/// <summary>The one addition of the tree: element by element, left plus right, in IEEE single precision.</summary>
internal static class VectorSum
{
    /// <summary>Adds <paramref name="right"/> to <paramref name="left"/> in place.</summary>
    public static void Add(Span<float> left, ReadOnlySpan<float> right)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(left);
        var others = MemoryMarshal.Cast<float, Vector<float>>(right);
        for (var index = 0; index < vectors.Length; index++)
        {
            vectors[index] += others[index];
        }

        for (var index = vectors.Length * Vector<float>.Count; index < left.Length; index++)
        {
            left[index] += right[index];
        }
    }
}
