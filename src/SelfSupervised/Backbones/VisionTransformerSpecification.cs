namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What makes one vision transformer different from another.</summary>
/// <param name="Name">Name in a job file, "vit-tiny".</param>
/// <param name="FeatureCount">Numbers a token.</param>
/// <param name="HeadCount">Number of attention heads.</param>
/// <param name="BlockCount">Number of blocks.</param>
internal sealed record VisionTransformerSpecification(string Name, long FeatureCount, int HeadCount, int BlockCount)
{
    /// <summary>Width of the hidden layer of a block over the width of a token.</summary>
    public const int HiddenFactor = 4;

    /// <summary>All transformers, smallest first.</summary>
    public static readonly IReadOnlyList<VisionTransformerSpecification> All =
    [
        new("vit-tiny", 192, 3, 12),
        new("vit-small", 384, 6, 12),
    ];

    /// <summary>Parameters without a classifier.</summary>
    public long ParameterCount(VisionTransformerOptions options)
    {
        var patchCount = (long)(options.ImageSize / options.PatchSize) * (options.ImageSize / options.PatchSize);
        var (width, hidden) = (FeatureCount, FeatureCount * HiddenFactor);
        var embedding = width + ((patchCount + 1) * width) + (3L * options.PatchSize * options.PatchSize * width) + width;
        var block = (4 * width) + (3 * width * (width + 1)) + (width * (width + 1)) + (hidden * (width + 1)) + (width * (hidden + 1));
        return embedding + (BlockCount * block) + (2 * width);
    }
}
