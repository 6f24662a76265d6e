namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Learning rate by step: linear warm-up, then a half cosine to zero, or constant.</summary>
/// <remarks>Loshchilov and Hutter, "SGDR", 2017, https://arxiv.org/abs/1608.03983, without restarts. Warm-up skips the zero step.</remarks>
/// <param name="Base">The rate after warm-up.</param>
/// <param name="WarmupSteps">Length of the warm-up in steps.</param>
/// <param name="StepsTotal">The horizon in steps.</param>
/// <param name="IsCosine">Whether the rate falls after the warm-up.</param>
public sealed record LearningRateSchedule(double Base, long WarmupSteps, long StepsTotal, bool IsCosine)
{
    /// <summary>The rate that step <paramref name="step"/> (from 0) applies.</summary>
    public double At(long step)
    {
        if (step < WarmupSteps)
        {
            return Base * (step + 1) / WarmupSteps;
        }

        return IsCosine
            ? 0.5 * Base * (1 + Math.Cos(Math.PI * (step - WarmupSteps) / Math.Max(1, StepsTotal - WarmupSteps)))
            : Base;
    }
}
