using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Fleet.Stores;

/// <summary>A job to admit.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Specification">The resolved specification, JSON.</param>
/// <param name="DisplayName">metadata.name of the job file.</param>
/// <param name="Created">Milliseconds since 1970.</param>
/// <param name="ShardCount">Number V of virtual shards.</param>
/// <param name="StopAfter">Checkpoint and pause after this step; 0 for never.</param>
/// <param name="MinimumWorkers">Fewest workers to start with.</param>
/// <param name="MaximumWorkers">Most workers that take part.</param>
/// <param name="Priority">Jobs of a higher priority come first.</param>
/// <param name="Tenant">Whose job it is; empty for nobody's.</param>
/// <param name="Quota">What the tenant may ask for; null: no limits.</param>
public sealed record NewJob(
    string Id, string Specification, string DisplayName, long Created, int ShardCount, long StopAfter, int MinimumWorkers, int MaximumWorkers,
    int Priority = 0, string Tenant = "", TenantQuota? Quota = null);
