namespace LightlyCluster.Fleet.Membership;

/// <summary>A worker said how it stands.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="Report">What it said.</param>
public sealed record WorkerReported(string Incarnation, WorkerReport Report) : FleetEvent;
