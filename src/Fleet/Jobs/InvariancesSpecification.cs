namespace LightlyCluster.Fleet.Jobs;

/// <summary>Which groups of transforms are on: what the representation shall not depend on.</summary>
public sealed record InvariancesSpecification
{
    /// <summary>Cropping, flips and rotation.</summary>
    public bool Shape { get; init; } = true;

    /// <summary>Gaussian blur.</summary>
    public bool Texture { get; init; } = true;

    /// <summary>Jitter, grayscale and solarization.</summary>
    public bool Color { get; init; } = true;
}
