namespace LightlyCluster.Fleet.Jobs;

/// <summary>The networks that can be trained.</summary>
public static class BackboneCatalog
{
    /// <summary>The network of a job that names none.</summary>
    public const string Default = "resnet-18";

    /// <summary>Largest multiplier of channels; the smallest is above 0.</summary>
    public const double WidthMaximum = 4;

    /// <summary>The networks, in the order in which they are listed.</summary>
    public static IReadOnlyList<BackboneDefinition> All { get; } =
    [
        new("resnet-9", 512, 4_904_000, "ResNet with one basic block a stage, for small images and quick trials."),
        new("resnet-18", 512, 11_169_000, "ResNet with two basic blocks a stage."),
        new("resnet-34", 512, 21_277_000, "ResNet with 3, 4, 6 and 3 basic blocks."),
        new("resnet-50", 2048, 23_501_000, "ResNet with 3, 4, 6 and 3 bottleneck blocks."),
        new("resnet-101", 2048, 42_493_000, "ResNet with 3, 4, 23 and 3 bottleneck blocks."),
        new("resnet-152", 2048, 58_136_000, "ResNet with 3, 8, 36 and 3 bottleneck blocks."),
    ];

    /// <summary>The names, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(backbone => backbone.Name)];

    /// <summary>The network of a name; null where there is none.</summary>
    public static BackboneDefinition? Find(string name) => All.FirstOrDefault(backbone => backbone.Name == name);
}
