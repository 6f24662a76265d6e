namespace LightlyCluster.Fleet.Membership;

/// <summary>Something that an observer of the fleet learned.</summary>
public abstract record FleetEvent;
