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

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and what is allowed.</exception>
    public void Validate()
    {
        Require(nameof(Momentum), Momentum, Momentum is >= 0 and <= 1, "0 to 1");
        Require(nameof(WeightDecay), WeightDecay, WeightDecay >= 0 && double.IsFinite(WeightDecay), "0 or more");
        Require(nameof(Beta1), Beta1, Beta1 is >= 0 and < 1, "0 to below 1");
        Require(nameof(Beta2), Beta2, Beta2 is >= 0 and < 1, "0 to below 1");
        Require(nameof(Epsilon), Epsilon, Epsilon > 0 && double.IsFinite(Epsilon), "above 0");
        Require(nameof(TrustCoefficient), TrustCoefficient, TrustCoefficient > 0 && double.IsFinite(TrustCoefficient), "above 0");
    }

    private static void Require(string name, double value, bool isAllowed, string allowed)
    {
        if (!isAllowed)
        {
            throw new ArgumentException($"{name} is {value}; allowed is {allowed}.", name);
        }
    }
}
