namespace LightlyCluster.Observability.Names;

/// <summary>Names of attributes of metrics, spans and log scopes.</summary>
public static class TelemetryAttributes
{
    /// <summary>Identifier of the job.</summary>
    public const string JobId = "lightlycluster.job.id";

    /// <summary>State of jobs: queued, running, paused, succeeded, failed, cancelled.</summary>
    public const string JobState = "lightlycluster.job.state";

    /// <summary>Stable name of the worker.</summary>
    public const string WorkerId = "lightlycluster.worker.id";

    /// <summary>What workers do: idle, loading, ready, training, failed.</summary>
    public const string WorkerStatus = "lightlycluster.worker.status";

    /// <summary>The learning method: simclr, moco, ...</summary>
    public const string Method = "lightlycluster.method";

    /// <summary>The part of a step; the values are listed with the phases.</summary>
    public const string Phase = "lightlycluster.phase";

    /// <summary>How payloads travel: redis or peer.</summary>
    public const string Transport = "lightlycluster.transport";

    /// <summary>transmit or receive.</summary>
    public const string IoDirection = "network.io.direction";

    /// <summary>Number of the step: step s turns state s into state s + 1.</summary>
    public const string Step = "lightlycluster.step";

    /// <summary>Number of the epoch, from 0.</summary>
    public const string Epoch = "lightlycluster.epoch";

    /// <summary>Number of the membership.</summary>
    public const string Generation = "lightlycluster.generation";

    /// <summary>Shards that the worker computed in the step.</summary>
    public const string Shards = "lightlycluster.shards";

    /// <summary>The loss of the batch.</summary>
    public const string Loss = "lightlycluster.loss";

    /// <summary>Why a span of a step was taken: every (each Nth step), generation (the first step of a membership), slow (over three medians).</summary>
    public const string SampledBecause = "lightlycluster.sampled_because";

    /// <summary>Why a generation began.</summary>
    public const string Reason = "lightlycluster.reason";

    /// <summary>How the loss of a worker was noticed.</summary>
    public const string Cause = "lightlycluster.cause";

    /// <summary>What went wrong.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Unique identifier of the hardware: the GPU's UUID.</summary>
    public const string HardwareId = "hw.id";

    /// <summary>Name of the hardware.</summary>
    public const string HardwareName = "hw.name";

    /// <summary>Kind of the hardware: gpu.</summary>
    public const string HardwareType = "hw.type";

    /// <summary>All of them with what they mean, in order of their names.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [JobId] = "identifier of the job",
        [JobState] = "queued, running, paused, succeeded, failed, cancelled",
        [WorkerId] = "stable name of the worker",
        [WorkerStatus] = "idle, loading, ready, training, failed",
        [Method] = "learning method: simclr, moco, ...",
        [Phase] = "part of a step, one of the phases",
        [Step] = "number of the step: step s turns state s into state s + 1",
        [Epoch] = "number of the epoch, from 0",
        [Generation] = "number of the membership",
        [Shards] = "shards that the worker computed in the step",
        [Loss] = "loss of the batch",
        [SampledBecause] = "why the step is traced: `every` (each Nth step), `generation` (first step of a membership), `slow` (over three medians)",
        [Reason] = "why a generation began",
        [Cause] = "how the loss of a worker was noticed",
        [Transport] = "how payloads travel: redis, peer, nccl",
        [IoDirection] = "transmit, receive",
        [ErrorType] = "what went wrong: unavailable, full",
        [HardwareId] = "UUID of the GPU",
        [HardwareName] = "model of the GPU",
        [HardwareType] = "gpu",
    };
}
