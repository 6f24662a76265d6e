using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of SimCLR: linear layers with batch norm (the last one too), ReLU between them.</summary>
/// <remarks>
/// Source: Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020,
/// https://arxiv.org/abs/2002.05709. Layers and defaults as in lightly; without batch norm it is the head of the model class.
/// </remarks>
public sealed class SimCLRProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <param name="numLayers">Number of linear layers, at least 2.</param>
    /// <param name="batchNorm">Whether batch norm follows the layers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SimCLRProjectionHead(
        long inputDim = 2048, long hiddenDim = 2048, long outputDim = 128, int numLayers = 2, bool batchNorm = true)
        : base(Layers(inputDim, hiddenDim, outputDim, numLayers, batchNorm))
    {
    }

    private static ProjectionLayer[] Layers(long inputDim, long hiddenDim, long outputDim, int numLayers, bool batchNorm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numLayers, 2);
        var normalization = batchNorm ? ProjectionNormalization.Batch : ProjectionNormalization.None;
        return
        [
            new(inputDim, hiddenDim, normalization, Activation.ReLU),
            .. Enumerable.Repeat(new ProjectionLayer(hiddenDim, hiddenDim, normalization, Activation.ReLU), numLayers - 2),
            new(hiddenDim, outputDim, normalization, Activation.None),
        ];
    }
}
