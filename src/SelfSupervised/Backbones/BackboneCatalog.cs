namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>The backbones that can be named in a job file.</summary>
public static class BackboneCatalog
{
    /// <summary>The backbone of a job that names none.</summary>
    public const string DefaultName = "resnet-18";

    /// <summary>The width of a job that names none.</summary>
    public const double DefaultWidth = 1;

    /// <summary>All names, smallest network first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ResNetSpecification.All.Select(specification => specification.Name)];

    /// <summary>Describes a backbone without making it.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="width">Factor on the number of channels, at least 1/64.</param>
    /// <param name="stem">First layers of a residual network.</param>
    /// <returns>Feature and parameter counts.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message has the names and the nearest one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The width leaves no channel.</exception>
    public static BackboneDescription Describe(
        string name, double width = DefaultWidth, ResNetStem stem = ResNetStem.Small)
    {
        var specification = ResNetSpecification.Find(name);
        return new(name, width, specification.FeatureCount(width), specification.ParameterCount(width, stem == ResNetStem.Small ? 3 : 7));
    }

    /// <summary>Makes a backbone.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Width, stem and the rest; null means the defaults.</param>
    /// <returns>The backbone on the CPU in training mode; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is unknown; the message has the names and the nearest one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static Backbone Create(string name, ResNetOptions? options = null) =>
        ResNetGenerator.Create(name, options ?? new ResNetOptions());
}
