using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Mixes the order of a batch before an encoder and restores it behind it, so that batch norm cannot tell pairs apart.</summary>
/// <remarks>Source: He et al., "Momentum Contrast", 2020, section 3.3, https://arxiv.org/abs/1911.05722.</remarks>
public static class BatchShuffle
{
    /// <summary>Draws a permutation that depends on the seed and the call's number alone.</summary>
    /// <param name="count">Number of rows, at least 1.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="call">Number of the call or step.</param>
    /// <returns>A permutation of 0 to count - 1.</returns>
    public static IReadOnlyList<long> DrawPermutation(int count, ulong seed, long call)
    {
        var permutation = Enumerable.Range(0, count).Select(index => (long)index).ToArray();
        var stream = new RandomStream(seed, RandomPurpose.KeyShuffle, call, 0, 0);
        for (var last = count - 1; last > 0; last--)
        {
            var other = (int)stream.NextInteger((uint)last + 1);
            (permutation[last], permutation[other]) = (permutation[other], permutation[last]);
        }

        return permutation;
    }

    /// <summary>Reorders a batch: row i of the result is row permutation[i] of the batch.</summary>
    /// <param name="batch">Any shape with N rows, taken as a constant; borrowed.</param>
    /// <param name="permutation">A permutation of 0 to N - 1.</param>
    /// <returns>The rows in their new order, without a gradient; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The numbers are no permutation of the rows.</exception>
    public static Tensor Shuffle(Tensor batch, IReadOnlyList<long> permutation)
    {
        RequirePermutation(batch, permutation);
        return Select(batch, [.. permutation]);
    }

    /// <summary>Restores the order that <see cref="Shuffle"/> changed.</summary>
    /// <param name="batch">The reordered rows, taken as constants; borrowed.</param>
    /// <param name="permutation">The permutation that they were reordered with.</param>
    /// <returns>The rows in their first order, without a gradient; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The numbers are no permutation of the rows.</exception>
    public static Tensor Unshuffle(Tensor batch, IReadOnlyList<long> permutation)
    {
        RequirePermutation(batch, permutation);
        var inverse = new long[permutation.Count];
        for (var index = 0; index < inverse.Length; index++)
        {
            inverse[permutation[index]] = index;
        }

        return Select(batch, inverse);
    }

    private static Tensor Select(Tensor batch, long[] rows)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        return batch.index_select(0, tensor(rows, device: batch.device)).MoveToOuterDisposeScope();
    }

    private static void RequirePermutation(Tensor batch, IReadOnlyList<long> permutation)
    {
        if (permutation.Count != batch.shape[0]
            || !permutation.Order().SequenceEqual(Enumerable.Range(0, permutation.Count).Select(index => (long)index)))
        {
            throw new ArgumentException(
                $"A batch of {batch.shape[0]} rows needs a permutation of 0 to {batch.shape[0] - 1}.", nameof(permutation));
        }
    }
}
