using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of Barlow Twins: three linear layers, batch norm and ReLU after the first two.</summary>
/// <remarks>
/// Source: Zbontar et al., "Barlow Twins", 2021, https://arxiv.org/abs/2103.03230. Layers and defaults as in lightly; with 8192
/// values it is larger than any backbone.
/// </remarks>
public sealed class BarlowTwinsProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public BarlowTwinsProjectionHead(long inputDim = 2048, long hiddenDim = 8192, long outputDim = 8192)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
