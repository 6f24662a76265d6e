namespace LightlyCluster.Fleet.Jobs;

/// <summary>What to train.</summary>
public sealed record BackboneSpecification
{
    /// <summary>A name of <see cref="BackboneCatalog"/>.</summary>
    public string Name { get; init; } = BackboneCatalog.Default;

    /// <summary>Multiplies the number of channels of a ResNet; above 0, up to 4.</summary>
    public double Width { get; init; } = 1;

    /// <summary><c>auto</c> (by the name), <c>small</c> (3x3, stride 1) or <c>large</c> (7x7, stride 2, max-pool).</summary>
    public string Stem { get; init; } = JobVocabulary.Auto;

    /// <summary>A ResNet has a ReLU after the stem's normalization, as in the papers; lightly's customary trunk has none.</summary>
    public bool StemActivation { get; init; } = true;

    /// <summary>Parts of a shard with batch statistics of their own (SplitBatchNorm); 0 or 1: none.</summary>
    public int NumSplits { get; init; }

    /// <summary>Side of a vision transformer's patches; 0: 16, 8 or 4 by the size of the images.</summary>
    public int PatchSize { get; init; }

    /// <summary>Start from these weights (safetensors or a PyTorch state dictionary), a path of the workers; empty: draw them.</summary>
    public string Weights { get; init; } = "";

    /// <summary>The stem that the network has.</summary>
    public string ResolveStem() => Stem != JobVocabulary.Auto ? Stem : BackboneCatalog.Find(Name)?.Stem ?? JobVocabulary.StemSmall;

    /// <summary>The patches that a vision transformer has for images of a size.</summary>
    public int ResolvePatchSize(int imageSize) => PatchSize > 0 ? PatchSize : imageSize switch
    {
        >= 128 when imageSize % 16 == 0 => 16,
        >= 64 when imageSize % 8 == 0 => 8,
        _ => 4,
    };
}
