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
    public static Tensor Draw(long size, long dimension, ulong seed) => Draw([size, dimension], seed);

    /// <summary>Draws rows of any shape; those of the last dimension have length 1.</summary>
    /// <param name="shape">Sizes, the number of rows first, each at least 1, at least two.</param>
    /// <param name="seed">The job's seed.</param>
    /// <returns>The rows, float32 of that shape on the CPU; owned by the caller.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or there are fewer than two.</exception>
    public static Tensor Draw(IReadOnlyList<long> shape, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Count, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(shape.Min(), 1);
        using var scope = NewDisposeScope();
        var rows = empty([.. shape], float32);
        for (var row = 0L; row < shape[0]; row++)
        {
            using var content = rows[row];
            var stream = new RandomStream(seed, RandomPurpose.Bank, row, 0, 0);
            stream.FillNormal(MemoryMarshal.Cast<byte, float>(content.bytes), 0, 1);
        }

        return nn.functional.normalize(rows, p: 2, dim: shape.Count - 1, eps: 1e-12).MoveToOuterDisposeScope();
    }
}
