using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>A job as META has it now.</summary>
/// <param name="Job">The job.</param>
public sealed record JobRead(JobRecord Job) : FleetEvent;
