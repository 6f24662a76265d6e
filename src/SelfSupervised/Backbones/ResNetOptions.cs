namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What can be chosen about a residual network besides its depth.</summary>
public sealed class ResNetOptions
{
    /// <summary>Factor on the number of channels, default 1 (64 in the first stage); at least 1/64.</summary>
    public double Width { get; init; } = 1;

    /// <summary>First layers, default <see cref="ResNetStem.Small"/>.</summary>
    public ResNetStem Stem { get; init; } = ResNetStem.Small;

    /// <summary>Number of classes of a linear classifier at the end; null (default) gives features.</summary>
    public long? ClassCount { get; init; }

    /// <summary>Number of splits of batch normalization; 0 (default) means ordinary batch normalization.</summary>
    public long SplitCount { get; init; }

    /// <summary>
    /// Whether the first batch normalization is followed by a ReLU, default true: so the papers, torchvision and lightly's own
    /// ResNet compute. lightly's customary trunk (all children but the last, in a Sequential) loses it without saying so, since the
    /// ReLU is no child; false gives that trunk, for weights that were trained with it. Exports to torchvision need true.
    /// </summary>
    public bool HasStemActivation { get; init; } = true;
}
