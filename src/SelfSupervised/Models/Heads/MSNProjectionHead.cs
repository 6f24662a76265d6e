using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of MSN: three linear layers, batch norm and GELU after the first two.</summary>
/// <remarks>
/// Source: Assran et al., "Masked Siamese Networks", 2022, https://arxiv.org/abs/2204.07141. Layers and defaults as in lightly.
/// </remarks>
public sealed class MSNProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public MSNProjectionHead(long inputDim = 768, long hiddenDim = 2048, long outputDim = 256)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.GELU),
            new ProjectionLayer(hiddenDim, hiddenDim, ProjectionNormalization.Batch, Activation.GELU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
