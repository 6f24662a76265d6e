namespace LightlyCluster.Fleet.Membership;

/// <summary>META answered something.</summary>
public sealed record StoreAnswered : FleetEvent;
