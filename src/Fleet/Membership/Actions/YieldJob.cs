namespace LightlyCluster.Fleet.Membership;

/// <summary>Let a job write a checkpoint at its next commit and wait for workers.</summary>
/// <param name="Job">The job.</param>
/// <param name="Reason">Word for programs: Preempted or BelowMinimum.</param>
/// <param name="Message">Sentence for people.</param>
public sealed record YieldJob(string Job, string Reason, string Message) : FleetAction;
