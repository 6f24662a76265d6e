namespace LightlyCluster.Fleet.Scheduling;

/// <summary>A worker that can be given to a job.</summary>
/// <param name="Incarnation">The worker.</param>
/// <param name="Id">Its stable name: decides among equals.</param>
/// <param name="NumericClass">Its class.</param>
/// <param name="Job">The job it has; empty for none.</param>
/// <param name="IsMember">Whether it already computes for that job.</param>
/// <param name="Barred">Jobs that it cannot take.</param>
public sealed record WorkerOffer(string Incarnation, string Id, string NumericClass, string Job, bool IsMember, IReadOnlySet<string> Barred);
