namespace LightlyCluster.Fleet.Membership;

/// <summary>An incarnation announced itself; it may do so again.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="Id">Stable name of the worker.</param>
/// <param name="NumericClass">What must agree for equal bits.</param>
public sealed record WorkerRegistered(string Incarnation, string Id, string NumericClass) : FleetEvent;
