using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Stores;

/// <summary>What changes in a running job, for those who wait and look often.</summary>
/// <param name="State">Where the job stands.</param>
/// <param name="Generation">Membership generation.</param>
/// <param name="Step">Committed steps.</param>
public sealed record JobHead(JobState State, long Generation, long Step);
