using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Decoupled contrastive learning: NT-Xent without the positive in the denominator, better for small batches.</summary>
/// <remarks>
/// In NT-Xent an easy positive damps the gradient of the negatives; leaving it out of the denominator removes that. Source: Yeh et
/// al., "Decoupled Contrastive Learning", 2022, equation 6, https://arxiv.org/abs/2110.06848. Values equal lightly's.
/// Cost: (2B)^2 similarities.
/// </remarks>
public sealed class DCLLoss : PairLoss
{
    /// <summary>Temperature unless another one is given.</summary>
    public const double DefaultTemperature = 0.1;

    private readonly double _temperature;

    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is (nearly) 0 or not finite.</exception>
    public DCLLoss(double temperature = DefaultTemperature)
        : base(nameof(DCLLoss))
    {
        LossInputs.RequireTemperature(temperature);
        _temperature = temperature;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="out0">Embeddings of the first view, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <param name="out1">Embeddings of the second view; borrowed.</param>
    /// <returns>The mean loss over both directions, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor out0, Tensor out1) => BatchLoss(out0, out1, _temperature);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="sigma">Width of the weights of <see cref="DCLWLoss"/>; null weighs all positives equally.</param>
    /// <returns>The mean loss over both directions, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public static Tensor BatchLoss(
        Tensor first, Tensor second, double temperature = DefaultTemperature, double? sigma = null)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireRows(first, 2);
        LossInputs.RequireTemperature(temperature);
        var count = first.shape[0];
        var embeddings_2BD = LossInputs.Normalize(cat([first, second], 0));
        var similarities_2B2B = mm(embeddings_2BD, embeddings_2BD.t()).Over(temperature);
        // Neither the embedding itself nor its positive is a negative.
        var isExcluded_2B2B = eye(count, dtype: @bool, device: first.device).repeat(2, 2);
        var negatives_2B = similarities_2B2B.masked_fill(isExcluded_2B2B, LastingScalar.Of(double.NegativeInfinity)).logsumexp(1);
        var positives_2B = similarities_2B2B.diagonal(count).repeat(2);
        if (sigma is not null)
        {
            positives_2B *= Weights(positives_2B.detach().Times(temperature).narrow(0, 0, count), sigma.Value).repeat(2);
        }

        return (negatives_2B - positives_2B).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Negative von Mises-Fisher weights with mean 1: hard positives (far apart) weigh more.</summary>
    private static Tensor Weights(Tensor cosines_B, double sigma) =>
        nn.functional.softmax(cosines_B.Over(sigma), 0).Times(-cosines_B.shape[0]).Plus(2);
}
