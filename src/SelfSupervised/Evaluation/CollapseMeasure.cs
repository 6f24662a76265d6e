using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>Tells whether all images get the same embedding: the failure that a falling loss can hide.</summary>
/// <remarks>
/// The mean over the dimensions of the standard deviation of length-1 embeddings. Evenly spread embeddings of d numbers have about
/// 1 / sqrt(d), collapsed ones 0. Source: Chen and He, "Exploring Simple Siamese Representation Learning", 2021, section 4.1,
/// https://arxiv.org/abs/2011.10566; as lightly's std_of_l2_normalized.
/// </remarks>
public static class CollapseMeasure
{
    /// <summary>The mean standard deviation of the normalized embeddings.</summary>
    /// <param name="embeddings">Floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <returns>From 0 (collapsed) to about 1 / sqrt(D).</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static double StandardDeviation(Tensor embeddings)
    {
        if (embeddings.shape.Length != 2 || embeddings.shape[0] < 2)
        {
            throw new ArgumentException(
                $"The collapse measure takes embeddings [N, D] with N of at least 2, not [{string.Join(", ", embeddings.shape)}].",
                nameof(embeddings));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        return nn.functional.normalize(embeddings, p: 2, dim: 1).std(0L).mean().to(float64).item<double>();
    }

    /// <summary>The measure times sqrt(D): 1 is healthy, 0 is collapsed, whatever D.</summary>
    /// <param name="embeddings">Floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <returns>From 0 to about 1.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static double Scaled(Tensor embeddings) => StandardDeviation(embeddings) * Math.Sqrt(embeddings.shape[1]);
}
