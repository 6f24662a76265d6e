namespace LightlyCluster.Fleet.Membership;

/// <summary>META accepted that a job without members waits.</summary>
/// <param name="Asked">What was asked for.</param>
public sealed record JobQueued(QueueJob Asked) : FleetEvent;
