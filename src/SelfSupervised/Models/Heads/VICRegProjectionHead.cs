using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of VICReg: linear layers with batch norm and ReLU between them, a plain linear layer last.</summary>
/// <remarks>Source: Bardes et al., "VICReg", 2022, https://arxiv.org/abs/2105.04906. Layers and defaults as in lightly.</remarks>
public sealed class VICRegProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <param name="numLayers">Number of linear layers, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public VICRegProjectionHead(
        long inputDim = 2048, long hiddenDim = 8192, long outputDim = 8192, int numLayers = 3)
        : base(Layers(inputDim, hiddenDim, outputDim, numLayers))
    {
    }

    private static ProjectionLayer[] Layers(long inputDim, long hiddenDim, long outputDim, int numLayers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numLayers, 2);
        return
        [
            new(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            .. Enumerable.Repeat(new ProjectionLayer(hiddenDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU), numLayers - 2),
            new(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None),
        ];
    }
}
