namespace LightlyCluster.Fleet.Membership;

/// <summary>Take a job back from a worker, which then has none.</summary>
/// <param name="Incarnation">The worker.</param>
/// <param name="Job">The job.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record ReleaseWorker(string Incarnation, string Job, string Reason) : FleetAction;
