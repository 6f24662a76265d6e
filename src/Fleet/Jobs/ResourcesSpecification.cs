namespace LightlyCluster.Fleet.Jobs;

/// <summary>What a worker may use.</summary>
public sealed record ResourcesSpecification
{
    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = JobVocabulary.Auto;

    /// <summary>Intra-op threads of a CPU worker, 1 to 256.</summary>
    public int Threads { get; init; } = 1;
}
