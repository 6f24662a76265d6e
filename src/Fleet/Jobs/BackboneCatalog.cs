namespace LightlyCluster.Fleet.Jobs;

/// <summary>The networks that can be trained.</summary>
public static class BackboneCatalog
{
    /// <summary>The network of a job that names none.</summary>
    public const string Default = "resnet-18";

    /// <summary>Smallest multiplier of channels: one channel in the first stage.</summary>
    public const double WidthMinimum = 1.0 / 64;

    /// <summary>Largest multiplier of channels.</summary>
    public const double WidthMaximum = 4;

    private static readonly BackboneDefinition[] Small =
    [
        new("resnet-9", 512, 4_904_000, "ResNet with one basic block a stage, for small images and quick trials."),
        new("resnet-18", 512, 11_169_000, "ResNet with two basic blocks a stage."),
        new("resnet-34", 512, 21_277_000, "ResNet with 3, 4, 6 and 3 basic blocks."),
        new("resnet-50", 2048, 23_501_000, "ResNet with 3, 4, 6 and 3 bottleneck blocks."),
        new("resnet-101", 2048, 42_493_000, "ResNet with 3, 4, 23 and 3 bottleneck blocks."),
        new("resnet-152", 2048, 58_136_000, "ResNet with 3, 8, 36 and 3 bottleneck blocks."),
    ];

    /// <summary>The networks, in the order in which they are listed.</summary>
    public static IReadOnlyList<BackboneDefinition> All { get; } =
    [
        .. Small,
        .. Small.Where(network => network.Name is "resnet-18" or "resnet-34" or "resnet-50").Select(network => network with
        {
            Name = $"torchvision-{network.Name}",
            Architecture = network.Name,
            Stem = JobVocabulary.StemLarge,
            Description = network.Description.Replace("ResNet", "torchvision's ResNet (7x7 stem, max-pool; for 128 pixels and more)", StringComparison.Ordinal),
        }),
        new("vit-tiny", 192, 5_500_000, "Vision transformer with 12 blocks of 192 dimensions.") { Stem = "" },
        new("vit-small", 384, 21_600_000, "Vision transformer with 12 blocks of 384 dimensions.") { Stem = "" },
    ];

    /// <summary>The names, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(backbone => backbone.Name)];

    /// <summary>The network of a name, in any spelling (resnet18); null where there is none.</summary>
    public static BackboneDefinition? Find(string name) => All.FirstOrDefault(backbone => NearestName.IsSpelling(backbone.Name, name));
}
