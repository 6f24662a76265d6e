using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Memory;

/// <summary>The bank of NNCLR: returns for each embedding its nearest neighbour among earlier ones.</summary>
/// <remarks>
/// The neighbour takes the place of one view, which gives positives that augmentation cannot make. Source: Dwibedi et al., "With a
/// Little Help from My Friends", 2021, equation 2, https://arxiv.org/abs/2104.14548. As in lightly, rows are stored and returned as
/// given (not normalized), neighbours are found by cosine in the bank of before the call.
/// </remarks>
public sealed class NNMemoryBankModule : MemoryBankModule
{
    /// <summary>Makes the bank.</summary>
    /// <param name="size">Number of keys K, at least 1.</param>
    /// <param name="dimension">Numbers a key D; null takes it from the first batch.</param>
    /// <param name="seed">Seed of the first content, random rows of length 1.</param>
    /// <param name="overflow">What happens at the end of the bank.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or the dimension negative.</exception>
    public NNMemoryBankModule(
        long size = DefaultSize, long? dimension = null, ulong seed = 0, MemoryBankOverflow overflow = MemoryBankOverflow.Wrap)
        : base(AtLeastOne(size), dimension, seed, featureDimensionFirst: false, overflow)
    {
    }

    /// <summary>Returns the nearest neighbours and appends a batch if asked for.</summary>
    /// <param name="output">A batch of embeddings, floating point [n, D]; borrowed.</param>
    /// <param name="update">Whether the batch is appended (detached).</param>
    /// <returns>For each embedding the nearest row of the bank of before the call, [n, D], a constant; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The batch does not fit the bank.</exception>
    public new Tensor forward(Tensor output, bool update = false)
    {
        using var scope = NewDisposeScope();
        var (_, bank_KD) = base.forward(output, update);
        return MemoryBank.NearestRows(output, bank_KD!).MoveToOuterDisposeScope();
    }

    private static long AtLeastOne(long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return size;
    }
}
