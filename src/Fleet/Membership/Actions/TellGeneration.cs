namespace LightlyCluster.Fleet.Membership;

/// <summary>Hint a member to read the plan again.</summary>
/// <param name="Incarnation">The worker.</param>
/// <param name="Job">The job.</param>
/// <param name="Generation">The new generation.</param>
public sealed record TellGeneration(string Incarnation, string Job, long Generation) : FleetAction;
