using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The prediction head of SimSiam: linear, batch norm, ReLU, linear; the hidden layer is a bottleneck.</summary>
/// <remarks>
/// Source: Chen and He, "Exploring Simple Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566. Layers and
/// defaults as in lightly.
/// </remarks>
public sealed class SimSiamPredictionHead : ProjectionHead
{
    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="outputDim">Number of values that it gives, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public SimSiamPredictionHead(long inputDim = 2048, long hiddenDim = 512, long outputDim = 2048)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, ProjectionNormalization.Batch, Activation.ReLU),
            new ProjectionLayer(hiddenDim, outputDim, ProjectionNormalization.None, Activation.None))
    {
    }
}
