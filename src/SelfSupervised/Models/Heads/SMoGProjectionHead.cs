using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of SMoG: linear, batch norm, ReLU, linear, batch norm without scale and shift.</summary>
/// <remarks>
/// Source: Pang et al., "Unsupervised Visual Representation Learning by Synchronous Momentum Grouping", 2022,
/// https://arxiv.org/abs/2207.06167. Layers and defaults as in lightly.
/// </remarks>
public sealed class SMoGProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public SMoGProjectionHead(long inputDim = 2048, long hiddenDim = 2048, long outputDim = 128)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.BatchWithoutAffine, Activation.None))
    {
    }
}
