namespace LightlyCluster.Fleet.Jobs;

/// <summary>How workers exchange gradients.</summary>
public sealed record SyncSpecification
{
    /// <summary><c>redis</c>.</summary>
    public string Transport { get; init; } = JobVocabulary.TransportRedis;

    /// <summary><c>fp32</c>.</summary>
    public string Wire { get; init; } = JobVocabulary.WireSingle;
}
