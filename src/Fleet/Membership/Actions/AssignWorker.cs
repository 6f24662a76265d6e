namespace LightlyCluster.Fleet.Membership;

/// <summary>Give a job to a worker.</summary>
/// <param name="Incarnation">The worker.</param>
/// <param name="Job">The job.</param>
public sealed record AssignWorker(string Incarnation, string Job) : FleetAction;
