namespace LightlyCluster.Fleet.Membership;

/// <summary>Everything that can be read was read: decide.</summary>
public sealed record Looked() : FleetEvent;
