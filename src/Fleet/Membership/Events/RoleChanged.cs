namespace LightlyCluster.Fleet.Membership;

/// <summary>The observer acts in another role.</summary>
/// <param name="Role">The role.</param>
/// <param name="Term">The term of a leader; without meaning otherwise.</param>
public sealed record RoleChanged(ObserverRole Role, long Term) : FleetEvent;
