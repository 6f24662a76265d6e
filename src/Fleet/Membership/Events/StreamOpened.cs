namespace LightlyCluster.Fleet.Membership;

/// <summary>The stream of a registered incarnation is open.</summary>
/// <param name="Incarnation">The incarnation.</param>
public sealed record StreamOpened(string Incarnation) : FleetEvent;
