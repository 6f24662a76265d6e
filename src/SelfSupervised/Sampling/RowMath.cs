using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Distances of float32 rows in one fixed order of additions, so that their bits depend on no thread and no instruction set.</summary>
/// <remarks>
/// Rows are padded with zeros to whole groups of eight. Eight partial sums run over the groups and are then added in a fixed tree;
/// machines without 256-bit instructions do the same additions one by one. Multiplications and additions are never fused.
/// </remarks>
internal static class RowMath
{
    /// <summary>Numbers that are added side by side.</summary>
    public const int Lanes = 8;

    /// <summary>Length of a padded row.</summary>
    public static int PaddedLength(int dimension) => (dimension + Lanes - 1) / Lanes * Lanes;

    /// <summary>Squared Euclidean distance of two padded rows of one length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquaredDistance(ref float left, ref float right, int length)
    {
        var sums = Vector256<float>.Zero;
        for (var index = 0; index < length; index += Lanes)
        {
            var difference = Vector256.LoadUnsafe(ref left, (nuint)index) - Vector256.LoadUnsafe(ref right, (nuint)index);
            sums += difference * difference;
        }

        var four = sums.GetLower() + sums.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>Scales a padded row to length 1; a row of zeros stays.</summary>
    public static void Normalize(Span<float> row)
    {
        var sum = 0.0;
        foreach (var value in row)
        {
            sum += (double)value * value;
        }

        if (sum > 0)
        {
            var factor = 1 / Math.Sqrt(sum);
            foreach (ref var value in row)
            {
                value = (float)(value * factor);
            }
        }
    }

    /// <summary>The first number of a span, for <see cref="SquaredDistance"/>.</summary>
    public static ref float First(Span<float> row) => ref MemoryMarshal.GetReference(row);
}
