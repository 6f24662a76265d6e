namespace LightlyCluster.Fleet.Jobs;

/// <summary>What to train.</summary>
public sealed record BackboneSpecification
{
    /// <summary>A name of <see cref="BackboneCatalog"/>.</summary>
    public string Name { get; init; } = BackboneCatalog.Default;

    /// <summary>Multiplies the number of channels; above 0, up to 4.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Numbers of the low-dimensional embedding that is trained behind the features; 0: none.</summary>
    public int EmbeddingDim { get; init; }
}
