namespace LightlyCluster.Fleet.Membership;

/// <summary>A member that goes without being lost.</summary>
/// <param name="Incarnation">The member.</param>
/// <param name="Reason">Why: it left, or another job needs it.</param>
public sealed record Departure(string Incarnation, string Reason);
