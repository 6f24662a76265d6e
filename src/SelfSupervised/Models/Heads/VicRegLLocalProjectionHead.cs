using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The local projection head of VICRegL: three linear layers, layer norm and ReLU after the first two.</summary>
/// <remarks>Source: Bardes et al., "VICRegL", 2022, https://arxiv.org/abs/2210.01571. Layers and defaults as in lightly.</remarks>
public sealed class VicRegLLocalProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public VicRegLLocalProjectionHead(long inputDim = 2048, long hiddenDim = 8192, long outputDim = 8192)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Layer, Activation.ReLU),
            new ProjectionLayer(hiddenDim, hiddenDim, ProjectionNormalization.Layer, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
