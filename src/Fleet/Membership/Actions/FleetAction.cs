namespace LightlyCluster.Fleet.Membership;

/// <summary>Something that a host has to do.</summary>
public abstract record FleetAction;
