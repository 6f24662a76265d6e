namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>The backbones that can be named in a job file.</summary>
public static class BackboneCatalog
{
    /// <summary>The backbone of a job that names none.</summary>
    public const string DefaultName = "resnet-18";

    /// <summary>The width of a job that names none.</summary>
    public const double DefaultWidth = 1;

    private const int LargeStemKernelSize = 7;
    private const int SmallStemKernelSize = 3;

    /// <summary>All names: residual networks, then transformers, smallest first.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. ResNetSpecification.All.Select(specification => specification.Name),
        .. VisionTransformerSpecification.All.Select(specification => specification.Name),
    ];

    /// <summary>Describes a backbone without making it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Width, sizes and the rest; null means the defaults.</param>
    /// <returns>Feature and parameter counts.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message has the names and the nearest one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The width leaves no channel.</exception>
    public static BackboneDescription Describe(string name, BackboneOptions? options = null)
    {
        options ??= new BackboneOptions();
        if (FindTransformer(name) is { } transformer)
        {
            return new(name, DefaultWidth, transformer.FeatureCount, transformer.ParameterCount(options.ForVisionTransformer()));
        }

        var network = FindResNet(name);
        var kernelSize = options.Stem == ResNetStem.Small ? SmallStemKernelSize : LargeStemKernelSize;
        return new(name, options.Width, network.FeatureCount(options.Width), network.ParameterCount(options.Width, kernelSize));
    }

    /// <summary>Makes a backbone.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Width, sizes and the rest; null means the defaults.</param>
    /// <returns>The backbone on the CPU in training mode; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message has the names and the nearest one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static Backbone Create(string name, BackboneOptions? options = null)
    {
        options ??= new BackboneOptions();
        return FindTransformer(name) is { } transformer
            ? new VisionTransformer(transformer, options.ForVisionTransformer())
            : new ResNet(FindResNet(name), options.ForResNet());
    }

    private static VisionTransformerSpecification? FindTransformer(string name) =>
        VisionTransformerSpecification.All.FirstOrDefault(specification => specification.Name == name);

    private static ResNetSpecification FindResNet(string name) => ResNetSpecification.Find(name, Names);
}
