namespace LightlyCluster.Fleet.Stores;

/// <summary>What an observer knows of a member, for the records.</summary>
/// <param name="Id">Stable name; empty when only the records know it.</param>
/// <param name="Shards">Shards computed for the job; 0 while unknown.</param>
/// <param name="ShardsPerSecond">Throughput; 0 while unknown.</param>
public sealed record MemberFacts(string Id, long Shards, double ShardsPerSecond)
{
    /// <summary>Nothing.</summary>
    public static MemberFacts Unknown { get; } = new("", 0, 0);
}
