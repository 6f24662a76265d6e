namespace LightlyCluster.Fleet.Jobs;

/// <summary>How long, and in which portions.</summary>
public sealed record TrainSpecification
{
    /// <summary>Images in one global step.</summary>
    public int BatchSize { get; init; } = JobDefaults.BatchSize;

    /// <summary>Virtual shards of the global batch; divides <see cref="BatchSize"/>.</summary>
    public int Shards { get; init; } = JobDefaults.ShardCount(JobDefaults.BatchSize);

    /// <summary>Horizon in epochs; 0 where <see cref="Steps"/> says it.</summary>
    public int Epochs { get; init; } = JobDefaults.Epochs;

    /// <summary>Horizon in steps, counted from state 0; 0 where <see cref="Epochs"/> says it.</summary>
    public long Steps { get; init; }

    /// <summary>Everything random is a function of it.</summary>
    public ulong Seed { get; init; } = JobDefaults.Seed;

    /// <summary><c>fp32</c>.</summary>
    public string Precision { get; init; } = JobVocabulary.PrecisionSingle;

    /// <summary>Recompute activations instead of keeping them.</summary>
    public bool Recompute { get; init; }

    /// <summary>Compare state hashes every so many steps; 1 = after each.</summary>
    public int VerifyEvery { get; init; } = 1;

    /// <summary>Images in one shard.</summary>
    public int ShardImages => BatchSize / Shards;

    /// <summary>The number of steps to commit, for a data set of the given steps an epoch.</summary>
    public long StepsTotal(long stepsPerEpoch) => Steps > 0 ? Steps : checked(Epochs * stepsPerEpoch);
}
