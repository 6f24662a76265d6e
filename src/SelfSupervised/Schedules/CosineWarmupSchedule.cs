namespace LightlyCluster.SelfSupervised.Schedules;

/// <summary>A linear warm-up followed by a cosine.</summary>
/// <remarks>
/// As lightly's cosine_warmup_schedule: warm-up step s already has gone (s + 1) / warmupSteps of the way, so that no step is done with
/// the start value of a warm-up from 0.
/// </remarks>
public static class CosineWarmupSchedule
{
    /// <summary>The value of a step.</summary>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="maxSteps">Number of steps with the warm-up, 0 or more.</param>
    /// <param name="startValue">Value at the start of the cosine.</param>
    /// <param name="endValue">Value of the last step.</param>
    /// <param name="warmupSteps">Number of steps of the warm-up, 0 to maxSteps.</param>
    /// <param name="warmupStartValue">Value before the warm-up.</param>
    /// <param name="warmupEndValue">Value of the warm-up's last step; null means the cosine's start value.</param>
    /// <param name="period">Number of steps of the cosine from start to end and back; null means once to the end.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double At(
        long step,
        long maxSteps,
        double startValue,
        double endValue,
        long warmupSteps,
        double warmupStartValue,
        double? warmupEndValue = null,
        long? period = null)
    {
        if (warmupSteps < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(warmupSteps), warmupSteps, $"Warmup steps {warmupSteps} can't be negative.");
        }

        if (warmupSteps > maxSteps)
        {
            throw new ArgumentOutOfRangeException(nameof(warmupSteps), warmupSteps, $"Warmup steps {warmupSteps} must be <= {maxSteps}.");
        }

        if (step < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"Current step number {step} can't be negative.");
        }

        if (step < warmupSteps)
        {
            var end = warmupEndValue ?? startValue;
            return warmupStartValue + ((end - warmupStartValue) * (step + 1) / warmupSteps);
        }

        var cosineSteps = Math.Max(0, maxSteps - (period is null ? warmupSteps : 1));
        return CosineSchedule.At(step - warmupSteps, cosineSteps, startValue, endValue, period);
    }
}
