using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Memory;

/// <summary>The rows that a bank holds before any key was written.</summary>
public static class MemoryBankRows
{
    /// <summary>Draws rows from the normal distribution and brings them to length 1; row i depends on the seed and i alone.</summary>
    /// <param name="size">Number of rows K, at least 1.</param>
    /// <param name="dimension">Number of columns D, at least 1.</param>
    /// <param name="seed">The job's seed.</param>
    /// <returns>The rows, float32 [K, D] on the CPU; owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public static Tensor Draw(long size, long dimension, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        using var scope = NewDisposeScope();
        var rows_KD = empty([size, dimension], float32);
        for (var row = 0L; row < size; row++)
        {
            using var row_D = rows_KD[row];
            var stream = new RandomStream(seed, RandomPurpose.Bank, row, 0, 0);
            stream.FillNormal(MemoryMarshal.Cast<byte, float>(row_D.bytes), 0, 1);
        }

        return nn.functional.normalize(rows_KD, p: 2, dim: 1, eps: 1e-12).MoveToOuterDisposeScope();
    }
}
