namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>What a round of local SGD is a function of, beside the state and what its replicas train.</summary>
/// <param name="ReplicaCount">Virtual replicas V, at least 1.</param>
/// <param name="LocalSteps">Steps H that each replica takes by itself in a round, at least 1.</param>
public sealed record LocalRoundOptions(int ReplicaCount, int LocalSteps)
{
    /// <summary>Share of the averaged movement that the outer step takes, above 0; the paper's is 0.7.</summary>
    public double OuterLearningRate { get; init; } = 0.7;

    /// <summary>Nesterov momentum of the outer step, 0 to below 1; the paper's is 0.9.</summary>
    public double OuterMomentum { get; init; } = 0.9;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and what is allowed.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplicaCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(LocalSteps, 1);
        Require(nameof(OuterLearningRate), OuterLearningRate, OuterLearningRate > 0 && double.IsFinite(OuterLearningRate), "above 0");
        Require(nameof(OuterMomentum), OuterMomentum, OuterMomentum is >= 0 and < 1, "0 to below 1");
    }

    private static void Require(string name, double value, bool isAllowed, string allowed)
    {
        if (!isAllowed)
        {
            throw new ArgumentException($"{name} is {value}; allowed is {allowed}.", name);
        }
    }
}
