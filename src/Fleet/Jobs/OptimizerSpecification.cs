namespace LightlyCluster.Fleet.Jobs;

/// <summary>How parameters change.</summary>
public sealed record OptimizerSpecification
{
    /// <summary><c>sgd</c>, <c>adamw</c> or <c>lars</c>.</summary>
    public string Name { get; init; } = JobVocabulary.OptimizerSgd;

    /// <summary>Highest learning rate of the schedule; above 0.</summary>
    public double LearningRate { get; init; } = OptimizerDefaults.Sgd.LearningRateOf(JobDefaults.BatchSize);

    /// <summary>Of SGD and LARS; 0 or more, below 1.</summary>
    public double Momentum { get; init; } = JobDefaults.Momentum;

    /// <summary>Pull of weights towards 0; 0 to 1.</summary>
    public double WeightDecay { get; init; } = OptimizerDefaults.Sgd.WeightDecay;

    /// <summary>Whether norms and biases decay too; customary is no.</summary>
    public bool DecayEverything { get; init; }

    /// <summary>AdamW's share of the old mean of gradients; 0 or more, below 1.</summary>
    public double Beta1 { get; init; } = JobDefaults.Beta1;

    /// <summary>AdamW's share of the old mean of squared gradients; 0 or more, below 1.</summary>
    public double Beta2 { get; init; } = JobDefaults.Beta2;
}
