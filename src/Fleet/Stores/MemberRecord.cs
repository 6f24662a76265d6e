using System.Text.Json;

namespace LightlyCluster.Fleet.Stores;

/// <summary>An incarnation that took part in a job, as META keeps it.</summary>
/// <param name="Id">Stable name of the worker.</param>
/// <param name="Joined">Milliseconds since 1970.</param>
/// <param name="Left">Milliseconds since 1970; 0 while it takes part.</param>
/// <param name="Reason">Why it left.</param>
/// <param name="Shards">Shards it computed.</param>
/// <param name="ShardsPerSecond">Its throughput.</param>
/// <param name="Note">What people should know: that it is a straggler; empty otherwise.</param>
public sealed record MemberRecord(string Id, long Joined, long Left, string Reason, long Shards, double ShardsPerSecond, string Note = "")
{
    /// <summary>Writes the record.</summary>
    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>Reads a record.</summary>
    public static MemberRecord Read(string json) => JsonSerializer.Deserialize<MemberRecord>(json)!;
}
