namespace LightlyCluster.Fleet.Jobs;

/// <summary>The values that a job file may leave out.</summary>
public static class JobDefaults
{
    /// <summary>Side of the views in pixels.</summary>
    public const int ImageSize = 64;

    /// <summary>Images in one global step.</summary>
    public const int BatchSize = 128;

    /// <summary>Epochs, unless steps are given.</summary>
    public const int Epochs = 100;

    /// <summary>Seed of everything random.</summary>
    public const ulong Seed = 1;

    /// <summary>Momentum of SGD and LARS.</summary>
    public const double Momentum = 0.9;

    /// <summary>AdamW's share of the old mean of gradients.</summary>
    public const double Beta1 = 0.9;

    /// <summary>AdamW's share of the old mean of squared gradients.</summary>
    public const double Beta2 = 0.999;

    /// <summary>Numbered checkpoints that stay beside the last one.</summary>
    public const int CheckpointsKept = 2;

    /// <summary>Fewest images that the default number of shards leaves in a shard.</summary>
    public const int ShardImagesMinimum = 16;

    private static readonly int[] ShardCounts = [8, 4, 2];

    /// <summary>
    /// Virtual shards of a batch: the largest of 8, 4, 2, 1 that divides it and leaves at least
    /// <see cref="ShardImagesMinimum"/> images a shard. It never depends on workers.
    /// </summary>
    public static int ShardCount(int batchSize) => ShardCounts.FirstOrDefault(
        count => batchSize % count == 0 && batchSize / count >= ShardImagesMinimum, 1);
}
