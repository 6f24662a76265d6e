using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>The methods that the fleet trains, with their parameters.</summary>
public static class MethodCatalog
{
    /// <summary>Name of SimCLR.</summary>
    public const string SimClr = "simclr";

    /// <summary>Name of MoCo.</summary>
    public const string MoCo = "moco";

    private const string TemperatureText = "Divides similarities before the softmax; smaller = harder negatives count more.";
    private const string OutputText = "Dimensions of the embeddings that the loss compares.";

    /// <summary>The methods, in the order in which they are listed.</summary>
    public static IReadOnlyList<MethodDefinition> All { get; } =
    [
        new MethodDefinition(
            SimClr,
            "SimCLR",
            TransformCatalog.SimClr,
            [
                Number("temperature", 0.5, 1e-4, 100, TemperatureText),
                Integer("hiddenDim", 0, 0, 65536, "Width of the projection head's hidden layer; 0 = the backbone's features."),
                Integer("outDim", 128, 2, 65536, OutputText),
                Switch("batchNorm", true, "Batch normalization in the projection head."),
            ],
            "Two views of an image attract each other and repel every other image of the global batch (NT-Xent).",
            "Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, 2020"),
        new MethodDefinition(
            MoCo,
            "MoCo",
            TransformCatalog.MoCoV2,
            [
                Number("temperature", 0.1, 1e-4, 100, TemperatureText),
                Number("momentum", 0.99, 0, 1, "Of the momentum encoder: 0.99 for short jobs, 0.999 for long ones."),
                Integer("memoryBankSize", 4096, 1, 1 << 24, "Keys of earlier steps that serve as negatives."),
                Integer("hiddenDim", 0, 0, 65536, "Width of the projection head's hidden layer; 0 = the backbone's features."),
                Integer("outDim", 128, 2, 65536, OutputText),
                Switch("symmetric", true, "Each view is query once and key once."),
            ],
            "A view finds the momentum encoder's key of its image among the keys of a shared memory bank.",
            "He et al., Momentum Contrast for Unsupervised Visual Representation Learning, 2020"),
    ];

    /// <summary>The names, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(method => method.Name)];

    /// <summary>The method of a name; null where there is none.</summary>
    public static MethodDefinition? Find(string name) => All.FirstOrDefault(method => method.Name == name);
}
