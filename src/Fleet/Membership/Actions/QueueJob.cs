namespace LightlyCluster.Fleet.Membership;

/// <summary>Let a job whose members are all gone wait for workers.</summary>
/// <param name="Job">The job.</param>
/// <param name="Generation">The generation that the decision was made on.</param>
/// <param name="Lost">Members that died.</param>
/// <param name="Left">Members that left in order.</param>
/// <param name="Message">What it waits for, for people.</param>
public sealed record QueueJob(
    string Job, long Generation, IReadOnlyList<Loss> Lost, IReadOnlyList<Departure> Left, string Message) : FleetAction;
