namespace LightlyCluster.Fleet.Stores;

/// <summary>Lines of a job's log in order.</summary>
/// <param name="First">Number of the first of them, counted from 0 over the life of the job; older ones may be gone.</param>
/// <param name="Lines">The lines.</param>
public sealed record LinePage(long First, IReadOnlyList<string> Lines);
