namespace LightlyCluster.Fleet.Membership;

/// <summary>META did not answer.</summary>
public sealed record StoreFailed() : FleetEvent;
