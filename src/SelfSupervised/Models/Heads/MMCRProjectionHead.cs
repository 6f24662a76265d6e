using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of MMCR: hidden layers with batch norm and ReLU, then a plain linear layer.</summary>
/// <remarks>
/// Source: Yerxa et al., "Learning Efficient Coding of Natural Images with Maximum Manifold Capacity Representations", 2023,
/// https://arxiv.org/abs/2303.03307. Layers and defaults as in lightly.
/// </remarks>
public sealed class MMCRProjectionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <param name="numLayers">Number of hidden layers, at least 1.</param>
    /// <param name="batchNorm">Whether batch norm follows the hidden layers.</param>
    /// <param name="useBias">Whether the linear layers add a bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public MMCRProjectionHead(
        long inputDim = 2048,
        long hiddenDim = 8192,
        long outputDim = 512,
        int numLayers = 2,
        bool batchNorm = true,
        bool useBias = false)
        : base(Layers(inputDim, hiddenDim, outputDim, numLayers, batchNorm, useBias))
    {
    }

    private static ProjectionLayer[] Layers(
        long inputDim, long hiddenDim, long outputDim, int numLayers, bool batchNorm, bool useBias)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numLayers, 1);
        var normalization = batchNorm ? ProjectionNormalization.Batch : ProjectionNormalization.None;
        var hidden = new ProjectionLayer(hiddenDim, hiddenDim, normalization, Activation.ReLU, useBias);
        return
        [
            hidden with { InputCount = inputDim },
            .. Enumerable.Repeat(hidden, numLayers - 1),
            new(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None, useBias),
        ];
    }
}
