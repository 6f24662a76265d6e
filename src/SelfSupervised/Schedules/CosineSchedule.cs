namespace LightlyCluster.SelfSupervised.Schedules;

/// <summary>Moves a value from its start to its end along half a cosine, or to and fro with a period.</summary>
/// <remarks>
/// Source: Loshchilov and Hutter, "SGDR", 2017, equation 5, https://arxiv.org/abs/1608.03983. As lightly's cosine_schedule: the end is
/// reached at step maxSteps - 1 and kept afterwards. For learning rates and for the share of momentum encoders.
/// </remarks>
public static class CosineSchedule
{
    /// <summary>The value of a step.</summary>
    /// <param name="step">Number of the step, from 0.</param>
    /// <param name="maxSteps">Number of steps, 0 or more; with 0 and 1 the end value is given.</param>
    /// <param name="startValue">Value of step 0.</param>
    /// <param name="endValue">Value of the last step.</param>
    /// <param name="period">Number of steps from start to end and back, at least 1; null means once to the end.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double At(long step, long maxSteps, double startValue, double endValue, long? period = null)
    {
        if (step < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"Current step number {step} can't be negative.");
        }

        if (maxSteps < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(maxSteps), maxSteps, $"Total step number {maxSteps} can't be negative.");
        }

        if (period < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(period), period, $"Period {period} must be >= 1.");
        }

        if (period is null && (maxSteps <= 1 || step >= maxSteps - 1))
        {
            return endValue;
        }

        var turns = period is null ? step / (2.0 * (maxSteps - 1)) : step / (double)period.Value;
        return endValue - ((endValue - startValue) * (Math.Cos(2 * Math.PI * turns) + 1) / 2);
    }
}
