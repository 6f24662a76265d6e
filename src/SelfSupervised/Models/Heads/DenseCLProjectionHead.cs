using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of DenseCL: linear, ReLU, linear.</summary>
/// <remarks>
/// Source: Wang et al., "Dense Contrastive Learning", 2021, https://arxiv.org/abs/2011.09157. Layers and defaults as in lightly.
/// </remarks>
public sealed class DenseCLProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public DenseCLProjectionHead(long inputDim = 2048, long hiddenDim = 2048, long outputDim = 128)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.None, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
