using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>What a training step is a function of, beside the state.</summary>
/// <param name="BatchSize">Images B in one global step.</param>
/// <param name="ShardCount">Virtual shards V; divides B.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Momentum">Momentum of SGD, 0 to 1.</param>
/// <param name="WeightDecay">Weight decay of SGD, 0 or above.</param>
/// <param name="IsRecomputing">Whether activations are computed again instead of kept; the bits stay equal.</param>
/// <param name="Device">Where to compute.</param>
public sealed record TrainingOptions(
    int BatchSize, int ShardCount, ulong Seed, double Momentum, double WeightDecay, bool IsRecomputing, Device Device)
{
    /// <summary>Images m in a virtual shard.</summary>
    public int ShardImages => BatchSize / ShardCount;
}
