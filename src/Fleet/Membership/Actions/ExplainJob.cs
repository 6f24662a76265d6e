namespace LightlyCluster.Fleet.Membership;

/// <summary>Say in the record of a waiting job what it waits for.</summary>
/// <param name="Job">The job.</param>
/// <param name="Reason">Word for programs; empty while all is well.</param>
/// <param name="Message">Sentence for people.</param>
public sealed record ExplainJob(string Job, string Reason, string Message) : FleetAction;
