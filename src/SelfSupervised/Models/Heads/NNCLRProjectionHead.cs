using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of NNCLR: three linear layers with batch norm, ReLU after the first two.</summary>
/// <remarks>
/// Source: Dwibedi et al., "With a Little Help from My Friends", 2021, https://arxiv.org/abs/2104.14548. Layers and defaults as in
/// lightly.
/// </remarks>
public sealed class NNCLRProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public NNCLRProjectionHead(long inputDim = 2048, long hiddenDim = 2048, long outputDim = 256)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.Batch, Activation.None))
    {
    }
}
