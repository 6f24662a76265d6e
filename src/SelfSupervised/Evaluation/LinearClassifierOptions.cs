namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>How a linear classifier is trained on frozen features; defaults as lightly's evaluation on ImageNet.</summary>
public sealed class LinearClassifierOptions
{
    /// <summary>Number of passes over the features, default 90.</summary>
    public int Epochs { get; init; } = 90;

    /// <summary>Number of images of an update, default 256; more than there are means all.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Learning rate at a batch of 256, default 0.1; it grows with the batch and falls along a cosine to 0.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Share of the old velocity, default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Seed of the order of the images, default 0.</summary>
    public ulong Seed { get; init; }
}
