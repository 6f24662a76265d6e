using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of BYOL: linear, batch norm, ReLU, linear.</summary>
/// <remarks>
/// Source: Grill et al., "Bootstrap Your Own Latent", 2020, https://arxiv.org/abs/2006.07733. Layers and defaults as in lightly.
/// </remarks>
public sealed class BYOLProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public BYOLProjectionHead(long inputDim = 2048, long hiddenDim = 4096, long outputDim = 256)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
