using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The contrastive loss of SimCLR and MoCo: find the other view of an image among many images.</summary>
/// <remarks>
/// For each embedding, softmax cross-entropy over cosine similarities divided by a temperature, where the right answer is the other
/// view of the same image. Without a bank the negatives are all other embeddings of the batch (Chen et al., "A Simple Framework for
/// Contrastive Learning of Visual Representations", 2020, equation 1, https://arxiv.org/abs/2002.05709); with one they are the keys
/// in the bank (He et al., "Momentum Contrast", 2020, equation 1, https://arxiv.org/abs/1911.05722). Cost: (2N)^2 or N (K + 1)
/// similarities. Values equal lightly's; the bank wraps where lightly's drops rows (a mode of <see cref="MemoryBankModule"/>).
/// </remarks>
public sealed class NTXentLoss : PairLoss
{
    /// <summary>Temperature unless another one is given.</summary>
    public const double DefaultTemperature = 0.5;

    private readonly double _temperature;

    /// <summary>Makes the loss with negatives from the batch, or with a bank of its own.</summary>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0. Negative values are allowed, as in lightly.</param>
    /// <param name="memoryBankSize">Number of keys in the bank; 0 (default) takes the negatives from the batch.</param>
    /// <param name="memoryBankDimension">Numbers a key; null takes it from the first batch.</param>
    /// <param name="seed">Seed of the bank's first content.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite, or a size is negative.</exception>
    public NTXentLoss(
        double temperature = DefaultTemperature, long memoryBankSize = 0, long? memoryBankDimension = null, ulong seed = 0)
        : this(temperature, new MemoryBankModule(memoryBankSize, memoryBankDimension, seed, featureDimensionFirst: false))
    {
    }

    /// <summary>Makes the loss with a given bank.</summary>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="memoryBank">Keys of earlier batches that returns [K, D], registered as <c>memory_bank</c>; size 0 means none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite.</exception>
    public NTXentLoss(double temperature, MemoryBankModule memoryBank)
        : base(nameof(NTXentLoss))
    {
        LossInputs.RequireTemperature(temperature);
        _temperature = temperature;
        if (memoryBank.Size > 0)
        {
            MemoryBank = memoryBank;
            register_module("memory_bank", memoryBank);
        }
    }

    /// <summary>Keys of earlier batches; null without a bank.</summary>
    public MemoryBankModule? MemoryBank { get; }

    /// <summary>Computes the loss of a batch, and puts the keys into the bank if the queries are being trained.</summary>
    /// <param name="out0">Embeddings of the first view (with a bank: queries), [N, D], need not be normalized; borrowed.</param>
    /// <param name="out1">Embeddings of the second view (with a bank: keys), [N, D]; borrowed.</param>
    /// <returns>The mean loss, []; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public override Tensor forward(Tensor out0, Tensor out1)
    {
        if (MemoryBank is null)
        {
            return BatchLoss(out0, out1, _temperature);
        }

        using var scope = NewDisposeScope();
        LossInputs.RequirePair(out0, out1);
        var keys_ND = LossInputs.Normalize(out1);
        var (_, bank) = MemoryBank.forward(keys_ND.detach(), update: out0.requires_grad);
        var logits = Logits(LossInputs.Normalize(out0), keys_ND, bank!, _temperature);
        var labels_N = zeros(out0.shape[0], int64, out0.device);
        return nn.functional.cross_entropy(logits, labels_N).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of a whole batch with all its other embeddings as negatives; symmetric in the views.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view, [B, D]; borrowed.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <returns>The mean loss over the 2B embeddings, [], differentiable in both; owned by the caller. Memory: (2B)^2.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not [B, D].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite.</exception>
    public static Tensor BatchLoss(Tensor first, Tensor second, double temperature = DefaultTemperature)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireTemperature(temperature);
        var count = first.shape[0];
        var embeddings_2BD = LossInputs.Normalize(cat([first, second], 0));
        var similarities_2B2B = mm(embeddings_2BD, embeddings_2BD.t()).Over(temperature);
        var self_2B2B = eye(2 * count, dtype: @bool, device: first.device);
        var logits_2B2B = similarities_2B2B.masked_fill(self_2B2B, LastingScalar.Of(double.NegativeInfinity));
        var partners_2B = arange(LastingScalar.Of(0), LastingScalar.Of(2 * count), LastingScalar.One, dtype: int64, device: first.device).roll(count, 0);
        return nn.functional.cross_entropy(logits_2B2B, partners_2B).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each query against its key and a bank; a shard's share is the sum over its rows divided by the batch.</summary>
    /// <param name="queries">Embeddings being trained, floating point [n, D], need not be normalized; borrowed.</param>
    /// <param name="keys">Their keys, [n, D], need not be normalized, taken as constants; borrowed.</param>
    /// <param name="bank">Negatives, [K, D], rows normalized when they were written, taken as constants; borrowed.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <returns>The loss of each row, [n], differentiable in the queries; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite.</exception>
    public static Tensor RowLosses(Tensor queries, Tensor keys, Tensor bank, double temperature = DefaultTemperature)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(queries, keys);
        LossInputs.RequireBank(queries, bank);
        LossInputs.RequireTemperature(temperature);
        var logits = Logits(
            LossInputs.Normalize(queries), LossInputs.Normalize(keys.detach()), bank.detach(), temperature);
        var labels_N = zeros(queries.shape[0], int64, queries.device);
        return nn.functional.cross_entropy(logits, labels_N, reduction: nn.Reduction.None).MoveToOuterDisposeScope();
    }

    /// <summary>[n, 1 + K]: similarity to the own key, then to each row of the bank, divided by the temperature.</summary>
    private static Tensor Logits(Tensor queries_ND, Tensor keys_ND, Tensor bank_KD, double temperature)
    {
        var positives_N1 = (queries_ND * keys_ND).sum(1, keepdim: true);
        var negatives_NK = mm(queries_ND, bank_KD.to(queries_ND.dtype).t());
        return cat([positives_N1, negatives_NK], 1).Over(temperature);
    }
}
