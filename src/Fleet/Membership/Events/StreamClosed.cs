namespace LightlyCluster.Fleet.Membership;

/// <summary>The stream of an incarnation closed: a suspicion, no more.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="At">When it closed, which may be before the event is taken.</param>
public sealed record StreamClosed(string Incarnation, TimeSpan At) : FleetEvent;
