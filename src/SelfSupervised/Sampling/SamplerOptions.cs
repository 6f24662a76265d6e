namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>What samples are wanted.</summary>
public sealed class SamplerOptions
{
    /// <summary>How they are chosen, default <see cref="SamplingMethod.Coreset"/>.</summary>
    public SamplingMethod Method { get; init; } = SamplingMethod.Coreset;

    /// <summary>How many, preselected ones included; null (default): until <see cref="MinimumDistance"/> stops.</summary>
    public int? Count { get; init; }

    /// <summary>Chosen samples are at least as far from each other; 0 (default) for any distance. Between 0 and 2 when normalized.</summary>
    public double MinimumDistance { get; init; }

    /// <summary>Whether embeddings are scaled to length 1 first, default true; distances are then 0 to 2.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>Whether samples whose embedding equals an earlier one's are never chosen, default true.</summary>
    public bool IsDroppingDuplicates { get; init; } = true;

    /// <summary>Seed of the first sample and of random choice, default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Samples that are chosen already, in this order before all others.</summary>
    public IReadOnlyList<int> Preselected { get; init; } = [];

    /// <summary>For <see cref="SamplingMethod.Weighted"/>: one finite number of at least 0 a sample; empty otherwise.</summary>
    public IReadOnlyList<float> Scores { get; init; } = [];

    /// <summary>Threads that compute distances, at least 1; the result does not depend on them.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Embeddings above this many bytes are read from their file in each round instead of being held in memory.</summary>
    public long MemoryBytesMaximum { get; init; } = 4L << 30;
}
