using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of SwaV: linear, batch norm, ReLU, linear.</summary>
/// <remarks>
/// Source: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882. Layers and defaults as in lightly.
/// </remarks>
public sealed class SwaVProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public SwaVProjectionHead(long inputDim = 2048, long hiddenDim = 2048, long outputDim = 128)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
