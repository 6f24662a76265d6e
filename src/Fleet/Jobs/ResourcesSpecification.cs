namespace LightlyCluster.Fleet.Jobs;

/// <summary>What a worker may use.</summary>
public sealed record ResourcesSpecification
{
    /// <summary>Default of <see cref="CacheMegabytes"/>.</summary>
    public const long CacheMegabytesDefault = 50_000;

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = JobVocabulary.Auto;

    /// <summary>Intra-op threads of a CPU worker, 1 to 256.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Megabytes of shards from storage that a machine keeps, 1 to 1,000,000,000.</summary>
    public long CacheMegabytes { get; init; } = CacheMegabytesDefault;
}
