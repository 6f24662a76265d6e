namespace LightlyCluster.Fleet.Jobs;

/// <summary>How views are made.</summary>
public sealed record TransformsSpecification
{
    /// <summary>A preset of <see cref="TransformCatalog"/>.</summary>
    public required string Preset { get; init; }

    /// <summary>Values that replace the preset's, by the names of <see cref="TransformCatalog"/>.</summary>
    public ParameterValues Overrides { get; init; } = ParameterValues.Empty;

    /// <summary>Which groups of transforms are on.</summary>
    public InvariancesSpecification Invariances { get; init; } = new();
}
