using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Stores;

/// <summary>A change of a job's state.</summary>
/// <param name="State">The new state.</param>
/// <param name="NowMilliseconds">Milliseconds since 1970, for records only.</param>
/// <param name="Reason">Word for programs; empty while all is well.</param>
/// <param name="Message">Sentence for people.</param>
/// <param name="Generation">The generation the caller acts for; null for any.</param>
/// <param name="Step">The step the caller acts for; null for any.</param>
/// <param name="Term">The term the caller leads in; null for a member.</param>
public sealed record StateChange(
    JobState State, long NowMilliseconds, string Reason = "", string Message = "", long? Generation = null, long? Step = null,
    long? Term = null);
