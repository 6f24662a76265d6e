namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Settings of a <see cref="FlatOptimizer"/>.</summary>
public sealed record OptimizerOptions
{
    /// <summary>Which one.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Sgd;

    /// <summary>Share of the old velocity of SGD and LARS, 0 to 1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Weight decay, 0 or above.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Whether biases and the parameters of normalization layers decay too; customary is no.</summary>
    public bool DecaysEverything { get; init; }

    /// <summary>AdamW's share of the old mean of gradients, 0 to 1.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's share of the old mean of squared gradients, 0 to 1.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the divisor of AdamW and LARS.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>LARS: share of a tensor's length that an update may have.</summary>
    public double TrustCoefficient { get; init; } = 0.001;
}
