namespace LightlyCluster.Fleet.Jobs;

/// <summary>How the parameters of a method change unless a job says otherwise.</summary>
/// <param name="Name">The optimizer, a word of <see cref="JobVocabulary.Optimizers"/>.</param>
/// <param name="LearningRate">Highest rate for 256 images; it grows in proportion to the global batch.</param>
/// <param name="WeightDecay">Weight decay, not of norms and biases.</param>
public sealed record OptimizerDefaults(string Name, double LearningRate, double WeightDecay)
{
    /// <summary>As in lightly's examples (rate) and CIFAR-10 benchmark (decay).</summary>
    public static OptimizerDefaults Sgd { get; } = new(JobVocabulary.OptimizerSgd, 0.06, 5e-4);

    /// <summary>As in lightly's ImageNet benchmarks of BarlowTwins and TiCo.</summary>
    public static OptimizerDefaults Lars { get; } = new(JobVocabulary.OptimizerLars, 0.2, 1.5e-6);

    /// <summary>As in lightly's ImageNet benchmark of DINO with a vision transformer.</summary>
    public static OptimizerDefaults AdamW { get; } = new(JobVocabulary.OptimizerAdamW, 5e-4, 0.04);

    /// <summary>The defaults of an optimizer for a method: the method's own, or those of the optimizer.</summary>
    /// <param name="method">Null: an unknown method.</param>
    /// <param name="optimizer">Empty: the method's own.</param>
    public static OptimizerDefaults For(MethodDefinition? method, string optimizer)
    {
        var own = method?.Optimizer ?? Sgd;
        return optimizer.Length == 0 || optimizer == own.Name ? own : optimizer switch
        {
            JobVocabulary.OptimizerLars => method?.Name switch
            {
                MethodCatalog.SimClr => Lars with { LearningRate = 0.3, WeightDecay = 1e-6 },
                MethodCatalog.Byol => Lars with { LearningRate = 0.45, WeightDecay = 1e-6 },
                MethodCatalog.SwaV => Lars with { LearningRate = 0.6, WeightDecay = 1e-6 },
                MethodCatalog.VICReg => Lars with { WeightDecay = 1e-6 },
                _ => Lars,
            },
            JobVocabulary.OptimizerAdamW => AdamW,
            _ => Sgd,
        };
    }

    /// <summary>The highest learning rate of a global batch.</summary>
    public double LearningRateOf(int batchSize) => LearningRate * batchSize / 256;
}
