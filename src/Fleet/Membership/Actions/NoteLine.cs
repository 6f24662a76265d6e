namespace LightlyCluster.Fleet.Membership;

/// <summary>Write a line into a job's log for people.</summary>
/// <param name="Job">The job.</param>
/// <param name="Text">The line.</param>
public sealed record NoteLine(string Job, string Text) : FleetAction;
