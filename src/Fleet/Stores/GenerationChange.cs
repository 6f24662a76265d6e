using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Transports;

namespace LightlyCluster.Fleet.Stores;

/// <summary>A new membership generation to begin.</summary>
/// <param name="Term">The coordinator's term; null from a member that acts for an absent coordinator.</param>
/// <param name="ExpectedGeneration">The generation that the decision was made on.</param>
/// <param name="Current">Who computes what in the running step.</param>
/// <param name="Next">Who computes what in later steps.</param>
/// <param name="IsStart">Whether the job starts or resumes with it.</param>
/// <param name="NowMilliseconds">Milliseconds since 1970, for records only.</param>
/// <param name="Recoveries">A row (JSON) for each lost incarnation.</param>
/// <param name="History">A row (JSON) for each member that changed.</param>
public sealed record GenerationChange(
    long? Term,
    long ExpectedGeneration,
    ShardAssignment Current,
    ShardAssignment Next,
    bool IsStart,
    long NowMilliseconds,
    IReadOnlyList<string> Recoveries,
    IReadOnlyDictionary<string, string> History)
{
    /// <summary>How payloads travel in the new generation.</summary>
    public TransportChoice Transport { get; init; } = TransportChoice.Redis;
}
