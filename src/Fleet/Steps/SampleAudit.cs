namespace LightlyCluster.Fleet.Steps;

/// <summary>Counts samples from the log itself.</summary>
/// <param name="Expected">Samples of the steps that should be committed.</param>
/// <param name="Committed">Samples of steps that are in the log, or before its beginning.</param>
/// <param name="Repeated">Samples of steps that are in the log more than once.</param>
/// <param name="Lost">Samples of expected steps that are not in the log.</param>
public sealed record SampleAudit(long Expected, long Committed, long Repeated, long Lost)
{
    /// <summary>Counts.</summary>
    /// <param name="steps">Steps of the log's entries.</param>
    /// <param name="baseStep">The state at which the log begins.</param>
    /// <param name="step">Committed steps as the job has them.</param>
    /// <param name="batchSize">Images in a step.</param>
    public static SampleAudit Count(IEnumerable<long> steps, long baseStep, long step, int batchSize)
    {
        var counts = new Dictionary<long, int>();
        foreach (var entry in steps)
        {
            counts[entry] = counts.GetValueOrDefault(entry) + 1;
        }

        var repeated = counts.Values.Sum(count => count - 1);
        var missing = 0L;
        for (var expected = baseStep; expected < step; expected++)
        {
            missing += counts.ContainsKey(expected) ? 0 : 1;
        }

        return new(step * batchSize, (baseStep + counts.Count) * batchSize, (long)repeated * batchSize, missing * batchSize);
    }
}
