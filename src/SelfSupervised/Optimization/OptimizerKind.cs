namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>How parameters change.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay.</summary>
    AdamW,

    /// <summary>Layer-wise adaptive rate scaling, for very large batches.</summary>
    Lars,
}
