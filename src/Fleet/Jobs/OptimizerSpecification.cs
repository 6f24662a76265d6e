namespace LightlyCluster.Fleet.Jobs;

/// <summary>How parameters change.</summary>
public sealed record OptimizerSpecification
{
    /// <summary><c>sgd</c>.</summary>
    public string Name { get; init; } = JobVocabulary.OptimizerSgd;

    /// <summary>Highest learning rate of the schedule; above 0.</summary>
    public double LearningRate { get; init; } = JobDefaults.LearningRate(JobDefaults.BatchSize);

    /// <summary>0 or more, below 1.</summary>
    public double Momentum { get; init; } = JobDefaults.Momentum;

    /// <summary>L2 penalty added to gradients; 0 to 1.</summary>
    public double WeightDecay { get; init; } = JobDefaults.WeightDecay;
}
