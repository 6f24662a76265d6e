namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What can be chosen about a vision transformer besides its size.</summary>
public sealed class VisionTransformerOptions
{
    /// <summary>
    /// Height and width of the images that the position embedding is made for, default 224; a multiple of the patch size.
    /// </summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of a patch in pixels, default 16; 4 is usual for images of 32 pixels, 8 for 64 to 96.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Number of classes of a linear classifier at the end; null (default) gives features.</summary>
    public long? ClassCount { get; init; }
}
