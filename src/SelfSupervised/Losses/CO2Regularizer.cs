using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Consistency regularization: both views of an image should resemble the other images in the same proportions.</summary>
/// <remarks>
/// The symmetric divergence between the two views' distributions over positive and negatives, to be added to a contrastive loss.
/// Source: Wei et al., "CO2: Consistent Contrast for Unsupervised Visual Representation Learning", 2020, equation 5,
/// https://arxiv.org/abs/2010.02217. The value equals lightly's; lightly's has had no gradient since version 1.5.16 (the result is
/// copied out of the graph), ours has. As in lightly the bank is updated on every call.
/// </remarks>
public sealed class CO2Regularizer : PairLoss
{
    /// <summary>Weight unless another one is given.</summary>
    public const double DefaultAlpha = 1;

    /// <summary>Temperature unless another one is given.</summary>
    public const double DefaultConsistencyTemperature = 0.05;

    private readonly double _alpha;
    private readonly double _temperature;

    /// <summary>Makes the regularizer with negatives from the batch, or with a bank of its own.</summary>
    /// <param name="alpha">Weight.</param>
    /// <param name="tConsistency">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="memoryBankSize">Number of keys in the bank; 0 (default) takes the negatives from the batch.</param>
    /// <param name="memoryBankDimension">Numbers a key; null takes it from the first batch.</param>
    /// <param name="seed">Seed of the bank's first content.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0, or a size is negative.</exception>
    public CO2Regularizer(
        double alpha = DefaultAlpha,
        double tConsistency = DefaultConsistencyTemperature,
        long memoryBankSize = 0,
        long? memoryBankDimension = null,
        ulong seed = 0)
        : this(alpha, tConsistency, new MemoryBankModule(memoryBankSize, memoryBankDimension, seed, featureDimensionFirst: false))
    {
    }

    /// <summary>Makes the regularizer with a given bank.</summary>
    /// <param name="alpha">Weight.</param>
    /// <param name="tConsistency">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="memoryBank">Keys of earlier batches that returns [K, D], registered as <c>memory_bank</c>; size 0 means none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite.</exception>
    public CO2Regularizer(double alpha, double tConsistency, MemoryBankModule memoryBank)
        : base(nameof(CO2Regularizer))
    {
        LossInputs.RequireTemperature(tConsistency);
        LossInputs.RequireNumber(alpha, nameof(alpha));
        _alpha = alpha;
        _temperature = tConsistency;
        if (memoryBank.Size > 0)
        {
            MemoryBank = memoryBank;
            register_module("memory_bank", memoryBank);
        }
    }

    /// <summary>Keys of earlier batches; null without a bank.</summary>
    public MemoryBankModule? MemoryBank { get; }

    /// <summary>Computes the regularization of a batch and puts the second view's embeddings into the bank.</summary>
    /// <param name="out0">Embeddings of the first view, floating point [N, D], need not be normalized; borrowed.</param>
    /// <param name="out1">Embeddings of the second view; borrowed.</param>
    /// <returns>The weighted mean, [], 0 or more, differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor out0, Tensor out1)
    {
        if (MemoryBank is null)
        {
            return BatchLoss(out0, out1, _alpha, _temperature);
        }

        using var scope = NewDisposeScope();
        LossInputs.RequirePair(out0, out1);
        var (_, bank) = MemoryBank.forward(LossInputs.Normalize(out1.detach()), update: true);
        return RowLosses(out0, out1, bank!, _alpha, _temperature).mean().MoveToOuterDisposeScope();
    }

    /// <summary>The regularization of a whole batch with the other images' second (first) views as negatives.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="alpha">Weight.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <returns>The weighted mean, [], differentiable in both; owned by the caller. Memory: B^2.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor BatchLoss(
        Tensor first, Tensor second, double alpha = DefaultAlpha, double temperature = DefaultConsistencyTemperature)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireTemperature(temperature);
        // Row i of S has the first view's similarities to all second views, row i of its transpose the second view's to all first
        // views; the positive is on the diagonal of both, so the two distributions are over the same images.
        var similarities_BB = mm(LossInputs.Normalize(first), LossInputs.Normalize(second).t()).Over(temperature);
        return Divergence(similarities_BB, similarities_BB.t()).mean().Times(alpha / 2).MoveToOuterDisposeScope();
    }

    /// <summary>The regularization of each row against a bank; a shard's share is the sum over its rows divided by the batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [n, D], need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="bank">Negatives, [K, D], rows normalized when they were written, taken as constants; borrowed.</param>
    /// <param name="alpha">Weight.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <returns>The weighted divergence of each row, [n], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor RowLosses(
        Tensor first,
        Tensor second,
        Tensor bank,
        double alpha = DefaultAlpha,
        double temperature = DefaultConsistencyTemperature)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireBank(first, bank);
        LossInputs.RequireTemperature(temperature);
        var (first_ND, second_ND) = (LossInputs.Normalize(first), LossInputs.Normalize(second));
        var bank_DK = bank.detach().to(first.dtype).t();
        var positives_N1 = (first_ND * second_ND).sum(1, keepdim: true);
        var firstLogits = cat([positives_N1, mm(first_ND, bank_DK)], 1).Over(temperature);
        var secondLogits = cat([positives_N1, mm(second_ND, bank_DK)], 1).Over(temperature);
        return Divergence(firstLogits, secondLogits).Times(alpha / 2).MoveToOuterDisposeScope();
    }

    /// <summary>KL(q, p) + KL(p, q) of each row: the sum of (p - q) (log p - log q).</summary>
    private static Tensor Divergence(Tensor firstLogits, Tensor secondLogits)
    {
        var first = nn.functional.log_softmax(firstLogits, 1);
        var second = nn.functional.log_softmax(secondLogits, 1);
        return ((first.exp() - second.exp()) * (first - second)).sum(1);
    }
}
