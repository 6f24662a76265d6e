namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Settings of <see cref="LarsOptimizer"/>; defaults as lightly's LARS.</summary>
public sealed class LarsOptions
{
    /// <summary>Share of the old velocity, default 0 (no velocity).</summary>
    public double Momentum { get; init; }

    /// <summary>Share of an update that does not enter the velocity, default 0.</summary>
    public double Dampening { get; init; }

    /// <summary>Weight decay, default 0; without it there is no scaling either.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether Nesterov's form of momentum is used, default false.</summary>
    public bool IsNesterov { get; init; }

    /// <summary>Share of a tensor's length that an update may have, default 0.001.</summary>
    public double TrustCoefficient { get; init; } = 0.001;

    /// <summary>Added to the divisor, default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;
}
