namespace LightlyCluster.Fleet.Jobs;

/// <summary>How the learning rate changes.</summary>
public sealed record ScheduleSpecification
{
    /// <summary>Value of <see cref="WarmupSteps"/> that means min(10 epochs, 10 % of the steps).</summary>
    public const long AutomaticWarmup = -1;

    /// <summary><c>cosine</c> or <c>constant</c>.</summary>
    public string Name { get; init; } = JobVocabulary.ScheduleCosine;

    /// <summary>Steps of linear growth at the start, or <see cref="AutomaticWarmup"/>.</summary>
    public long WarmupSteps { get; init; } = AutomaticWarmup;

    /// <summary>The batches of warm-up once the horizon is known.</summary>
    /// <param name="stepsTotal">Steps of the job.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <param name="localSteps">Batches of a step.</param>
    /// <returns>0 to all batches of <paramref name="stepsTotal"/>.</returns>
    public long ResolveWarmup(long stepsTotal, long stepsPerEpoch, int localSteps) => WarmupSteps == AutomaticWarmup
        ? Math.Min(10 * stepsPerEpoch * localSteps, stepsTotal * localSteps / 10)
        : Math.Min(WarmupSteps, stepsTotal) * localSteps;
}
