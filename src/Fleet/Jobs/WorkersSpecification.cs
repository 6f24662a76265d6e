namespace LightlyCluster.Fleet.Jobs;

/// <summary>How many workers may take part.</summary>
public sealed record WorkersSpecification
{
    /// <summary>The job does not start, or go on, with fewer.</summary>
    public int Min { get; init; } = 1;

    /// <summary>No more take part; 0: as many as there are shards.</summary>
    public int Max { get; init; }

    /// <summary>Jobs of a higher priority get their minimum of workers first, from those of lower ones where it must be; -1000 to 1000.</summary>
    public int Priority { get; init; }
}
