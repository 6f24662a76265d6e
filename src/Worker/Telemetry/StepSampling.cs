namespace LightlyCluster.Worker.Telemetry;

/// <summary>Which steps are traced: the same ones on all workers, but for those that only one worker found slow.</summary>
internal static class StepSampling
{
    private const int SlowFactor = 3;

    /// <summary>Why a step is traced; null when it is not.</summary>
    /// <param name="step">The step.</param>
    /// <param name="every">Every Nth step is; 0: none for that reason.</param>
    public static string? ReasonOf(StepRecord step, long every) =>
        step.IsFirstOfGeneration ? "generation"
        : every > 0 && step.Step % every == 0 ? "every"
        : step.Median > TimeSpan.Zero && step.Duration > step.Median * SlowFactor ? "slow"
        : null;
}
