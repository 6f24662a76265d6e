namespace LightlyCluster.SelfSupervised.Schedules;

/// <summary>Moves a value from its start to its end in equal steps, then keeps it.</summary>
/// <remarks>As lightly's linear_warmup_schedule: step 0 has the start value, step warmupSteps the end value.</remarks>
public static class LinearWarmupSchedule
{
    /// <summary>The value of a step.</summary>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="warmupSteps">Number of steps of the warm-up, 0 or more.</param>
    /// <param name="startValue">Value of step 0, 0 or more, at most the end value.</param>
    /// <param name="endValue">Value after the warm-up, positive.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double At(long step, long warmupSteps, double startValue, double endValue)
    {
        if (warmupSteps < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(warmupSteps), warmupSteps, $"Warmup steps {warmupSteps} can't be negative.");
        }

        if (step < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"Current step number {step} can't be negative.");
        }

        if (startValue < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(startValue), startValue, $"Start value {startValue} can't be negative.");
        }

        if (endValue <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(endValue), endValue, $"End value {endValue} can't be non-positive.");
        }

        if (startValue > endValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(startValue), startValue, $"Start value {startValue} must be less than or equal to end value {endValue}.");
        }

        return step < warmupSteps ? startValue + (step / (double)warmupSteps * (endValue - startValue)) : endValue;
    }
}
