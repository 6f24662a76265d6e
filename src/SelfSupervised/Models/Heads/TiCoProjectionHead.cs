using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of TiCo: linear, batch norm, ReLU, linear.</summary>
/// <remarks>
/// Source: Zhu et al., "TiCo: Transformation Invariance and Covariance Contrast", 2022, https://arxiv.org/abs/2206.10698. Layers
/// and defaults as in lightly.
/// </remarks>
public sealed class TiCoProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public TiCoProjectionHead(long inputDim = 2048, long hiddenDim = 4096, long outputDim = 256)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
