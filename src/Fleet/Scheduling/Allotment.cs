namespace LightlyCluster.Fleet.Scheduling;

/// <summary>Who works for which job.</summary>
/// <param name="JobOf">The job of each worker that has one.</param>
/// <param name="Targets">How many workers each job is to have.</param>
/// <param name="Shortages">Jobs that get none, and why.</param>
public sealed record Allotment(
    IReadOnlyDictionary<string, string> JobOf, IReadOnlyDictionary<string, int> Targets, IReadOnlyDictionary<string, Shortage> Shortages)
{
    /// <summary>Jobs that get none because their tenant runs as many as it may, each with a sentence that says so.</summary>
    public IReadOnlyDictionary<string, string> Held { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
