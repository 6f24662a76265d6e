namespace LightlyCluster.Fleet.Jobs;

/// <summary>How to learn.</summary>
public sealed record MethodSpecification
{
    /// <summary>A name of <see cref="MethodCatalog"/>.</summary>
    public string Name { get; init; } = MethodCatalog.SimClr;

    /// <summary>Every parameter of the method by its documented name; switches are 0 and 1.</summary>
    public ParameterValues Parameters { get; init; } = ParameterValues.Empty;
}
