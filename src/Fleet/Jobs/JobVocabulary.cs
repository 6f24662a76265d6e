namespace LightlyCluster.Fleet.Jobs;

/// <summary>The words that text fields of a job may hold.</summary>
public static class JobVocabulary
{
    /// <summary>The program chooses.</summary>
    public const string Auto = "auto";

    /// <summary>Image files in a folder; class subfolders or flat.</summary>
    public const string SourceFolder = "folder";

    /// <summary>Image files in tar shards.</summary>
    public const string SourceTar = "tar";

    /// <summary>Frames of the videos in a folder.</summary>
    public const string SourceVideo = "video";

    /// <summary>A file that does not decode ends the job.</summary>
    public const string OnErrorFail = "fail";

    /// <summary>A file that does not decode is replaced by the next good position of the permutation.</summary>
    public const string OnErrorSkip = "skip";

    /// <summary>32-bit floating point.</summary>
    public const string PrecisionSingle = "fp32";

    /// <summary>Convolutions and matrix products in bfloat16.</summary>
    public const string PrecisionBFloat16 = "bf16";

    /// <summary>Stochastic gradient descent with momentum.</summary>
    public const string OptimizerSgd = "sgd";

    /// <summary>Adam with decoupled weight decay.</summary>
    public const string OptimizerAdamW = "adamw";

    /// <summary>Layer-wise adaptive rate scaling, for batches of thousands.</summary>
    public const string OptimizerLars = "lars";

    /// <summary>A 3x3 convolution of stride 1, for small images.</summary>
    public const string StemSmall = "small";

    /// <summary>A 7x7 convolution of stride 2 and a max-pool, for photographs.</summary>
    public const string StemLarge = "large";

    /// <summary>Linear warm-up, then half a cosine to zero.</summary>
    public const string ScheduleCosine = "cosine";

    /// <summary>Linear warm-up, then the same learning rate.</summary>
    public const string ScheduleConstant = "constant";

    /// <summary>Through a Redis-compatible store.</summary>
    public const string TransportRedis = "redis";

    /// <summary>From worker to worker; only pointers go through the store.</summary>
    public const string TransportPeer = "peer";

    /// <summary>From GPU to GPU by NCCL; only pointers go through the store.</summary>
    public const string TransportNccl = "nccl";

    /// <summary>Replicas that train by themselves and meet every few batches, through a Redis-compatible store.</summary>
    public const string TransportLocalSgd = "local-sgd";

    /// <summary>32-bit floating point.</summary>
    public const string WireSingle = "fp32";

    /// <summary>bfloat16: half the bytes.</summary>
    public const string WireBFloat16 = "bf16";

    /// <summary>Blocks of 8-bit numbers, rounded at random: a quarter of the bytes.</summary>
    public const string WireInt8 = "int8";

    /// <summary>The processor.</summary>
    public const string DeviceCpu = "cpu";

    /// <summary>An NVIDIA GPU.</summary>
    public const string DeviceCuda = "cuda";

    /// <summary>Words of <c>data.source</c>.</summary>
    public static IReadOnlyList<string> Sources { get; } = [Auto, SourceFolder, SourceTar, SourceVideo];

    /// <summary>Words of <c>data.onError</c>.</summary>
    public static IReadOnlyList<string> OnErrors { get; } = [OnErrorFail, OnErrorSkip];

    /// <summary>Words of <c>train.precision</c>.</summary>
    public static IReadOnlyList<string> Precisions { get; } = [PrecisionSingle, PrecisionBFloat16];

    /// <summary>Words of <c>optimizer.name</c>.</summary>
    public static IReadOnlyList<string> Optimizers { get; } = [OptimizerSgd, OptimizerAdamW, OptimizerLars];

    /// <summary>Words of <c>backbone.stem</c>.</summary>
    public static IReadOnlyList<string> Stems { get; } = [Auto, StemSmall, StemLarge];

    /// <summary>Words of <c>schedule.name</c>.</summary>
    public static IReadOnlyList<string> Schedules { get; } = [ScheduleCosine, ScheduleConstant];

    /// <summary>Words of <c>sync.transport</c>.</summary>
    public static IReadOnlyList<string> Transports { get; } = [TransportRedis, TransportPeer, TransportNccl, Auto, TransportLocalSgd];

    /// <summary>Words of <c>sync.wire</c>.</summary>
    public static IReadOnlyList<string> Wires { get; } = [WireSingle, WireBFloat16, WireInt8];

    /// <summary>The features of the backbone itself.</summary>
    public const string HeadFeatures = "features";

    /// <summary>The low-dimensional head that the backbone was trained with.</summary>
    public const string HeadConvolution = "conv";

    /// <summary>Words of <c>embed.head</c>.</summary>
    public static IReadOnlyList<string> EmbeddingHeads { get; } = [Auto, HeadFeatures, HeadConvolution];

    /// <summary>Words of <c>resources.device</c>.</summary>
    public static IReadOnlyList<string> Devices { get; } = [Auto, DeviceCpu, DeviceCuda];
}
