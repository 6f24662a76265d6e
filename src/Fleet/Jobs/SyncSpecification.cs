namespace LightlyCluster.Fleet.Jobs;

/// <summary>How workers exchange gradients.</summary>
public sealed record SyncSpecification
{
    /// <summary><c>redis</c>.</summary>
    public string Transport { get; init; } = JobVocabulary.TransportRedis;

    /// <summary>What gradients are rounded to and travel as: <c>fp32</c>, <c>bf16</c> or <c>int8</c>.</summary>
    public string Wire { get; init; } = JobVocabulary.WireSingle;
}
