namespace LightlyCluster.Fleet.Membership;

/// <summary>Let go of payloads that were kept for a joiner: it is gone.</summary>
/// <param name="Job">The job.</param>
public sealed record EndRetention(string Job) : FleetAction;
