namespace LightlyCluster.Fleet.Membership;

/// <summary>Tell an incarnation that it is out: it drops its part and comes again as a new incarnation.</summary>
/// <param name="Incarnation">The worker.</param>
/// <param name="Job">The job it was a member of.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record FenceWorker(string Incarnation, string Job, string Reason) : FleetAction;
