namespace LightlyCluster.Fleet.Membership;

/// <summary>A worker goes in order and hands its shards back.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="IsStateSaved">Whether it has written a checkpoint of the state it holds.</param>
public sealed record WorkerLeaving(string Incarnation, bool IsStateSaved) : FleetEvent;
