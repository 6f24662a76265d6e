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

    /// <summary>The steps of warm-up once the horizon is known.</summary>
    /// <param name="stepsTotal">Steps of the job.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    /// <returns>0 to <paramref name="stepsTotal"/>.</returns>
    public long ResolveWarmup(long stepsTotal, long stepsPerEpoch) => WarmupSteps == AutomaticWarmup
        ? Math.Min(10 * stepsPerEpoch, stepsTotal / 10)
        : Math.Min(WarmupSteps, stepsTotal);
}
