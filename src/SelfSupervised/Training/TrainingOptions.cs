using LightlyCluster.SelfSupervised.Optimization;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>What a training step is a function of, beside the state.</summary>
/// <param name="BatchSize">Images B in one global step.</param>
/// <param name="ShardCount">Virtual shards V; divides B.</param>
/// <param name="Seed">Seed of everything random.</param>
/// <param name="Device">Where to compute.</param>
public sealed record TrainingOptions(int BatchSize, int ShardCount, ulong Seed, Device Device)
{
    /// <summary>How parameters change.</summary>
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>Whether activations are computed again instead of kept; the bits stay equal.</summary>
    public bool IsRecomputing { get; init; }

    /// <summary>Steps of an epoch, at least 1: what is scheduled by epochs follows it.</summary>
    public long StepsPerEpoch { get; init; } = 1;

    /// <summary>The horizon in steps, at least 1: the momentum of slow encoders is scheduled over it.</summary>
    public long StepsTotal { get; init; } = 1;

    /// <summary>Type of parameters, gradients and embeddings: float32, or float64 to verify gradients.</summary>
    public ScalarType ElementType { get; init; } = ScalarType.Float32;

    /// <summary>In what the networks compute.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Images m in a virtual shard.</summary>
    public int ShardImages => BatchSize / ShardCount;

    /// <summary>The epoch that a step belongs to.</summary>
    public long EpochOf(long step) => step / Math.Max(1, StepsPerEpoch);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and what is allowed.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShardCount, 1);
        if (BatchSize % ShardCount != 0)
        {
            throw new ArgumentException($"A batch of {BatchSize} images does not divide into {ShardCount} shards.", nameof(ShardCount));
        }

        Optimizer.Validate();
    }
}
