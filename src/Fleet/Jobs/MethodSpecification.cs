namespace LightlyCluster.Fleet.Jobs;

/// <summary>How to learn.</summary>
public sealed record MethodSpecification
{
    /// <summary>A name of <see cref="MethodCatalog"/>, or of a method in <see cref="Plugin"/>.</summary>
    public string Name { get; init; } = MethodCatalog.SimClr;

    /// <summary>A name of <see cref="LossCatalog"/> that fits the method; empty only for a plugin's own.</summary>
    public string Loss { get; init; } = LossCatalog.NTXent;

    /// <summary>What is added to the loss.</summary>
    public RegularizerList Regularizers { get; init; } = RegularizerList.Empty;

    /// <summary>File name of an assembly in the workers' plugin folder that holds the method; empty: a built-in one.</summary>
    public string Plugin { get; init; } = "";

    /// <summary>Every parameter of the method and of its loss by its documented name; switches are 0 and 1.</summary>
    public ParameterValues Parameters { get; init; } = ParameterValues.Empty;
}
