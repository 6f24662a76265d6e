namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What a job can choose about its backbone; each kind of backbone uses what concerns it.</summary>
public sealed class BackboneOptions
{
    /// <summary>Residual networks: factor on the number of channels, default 1; at least 1/64.</summary>
    public double Width { get; init; } = BackboneCatalog.DefaultWidth;

    /// <summary>Residual networks: first layers, default <see cref="ResNetStem.Small"/>.</summary>
    public ResNetStem Stem { get; init; } = ResNetStem.Small;

    /// <summary>Residual networks: number of splits of batch normalization, default 0 (ordinary batch normalization).</summary>
    public long SplitCount { get; init; }

    /// <summary>Residual networks: whether a ReLU follows the first batch normalization, default true.</summary>
    public bool HasStemActivation { get; init; } = true;

    /// <summary>Transformers: height and width of the images, default 224; a multiple of the patch size.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Transformers: height and width of a patch, default 16.</summary>
    public int PatchSize { get; init; } = 16;

    internal ResNetOptions ForResNet() => new()
    {
        Width = Width,
        Stem = Stem,
        SplitCount = SplitCount,
        HasStemActivation = HasStemActivation,
    };

    internal VisionTransformerOptions ForVisionTransformer() => new() { ImageSize = ImageSize, PatchSize = PatchSize };
}
