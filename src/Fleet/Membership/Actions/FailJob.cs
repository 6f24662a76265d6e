namespace LightlyCluster.Fleet.Membership;

/// <summary>End a job with an error that repeating does not cure.</summary>
/// <param name="Job">The job.</param>
/// <param name="Reason">Word for programs.</param>
/// <param name="Message">Sentence for people.</param>
public sealed record FailJob(string Job, string Reason, string Message) : FleetAction;
