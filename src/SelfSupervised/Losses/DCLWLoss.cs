using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Decoupled contrastive learning in which hard positives weigh more.</summary>
/// <remarks>
/// Positives are weighted by 2 - B softmax(cosine / sigma), which has mean 1 and is smaller for pairs that are already close. Source:
/// Yeh et al., "Decoupled Contrastive Learning", 2022, section 3.2, https://arxiv.org/abs/2110.06848. Values equal lightly's.
/// </remarks>
public sealed class DCLWLoss : PairLoss
{
    /// <summary>Width of the weights unless another one is given.</summary>
    public const double DefaultSigma = 0.5;

    private readonly double _temperature;
    private readonly double _sigma;

    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="sigma">Width of the weights; smaller weighs hard positives more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or width is (nearly) 0 or not finite.</exception>
    public DCLWLoss(double temperature = DCLLoss.DefaultTemperature, double sigma = DefaultSigma)
        : base(nameof(DCLWLoss))
    {
        LossInputs.RequireTemperature(temperature);
        LossInputs.RequireTemperature(sigma);
        _temperature = temperature;
        _sigma = sigma;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="out0">Embeddings of the first view, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <param name="out1">Embeddings of the second view; borrowed.</param>
    /// <returns>The mean loss over both directions, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor out0, Tensor out1) => BatchLoss(out0, out1, _temperature, _sigma);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="temperature">Divisor of the similarities; not within 1e-8 of 0.</param>
    /// <param name="sigma">Width of the weights.</param>
    /// <returns>The mean loss over both directions, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public static Tensor BatchLoss(
        Tensor first, Tensor second, double temperature = DCLLoss.DefaultTemperature, double sigma = DefaultSigma) =>
        DCLLoss.BatchLoss(first, second, temperature, sigma);
}
