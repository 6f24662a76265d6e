using static LightlyCluster.Observability.Names.TelemetryAttributes;

namespace LightlyCluster.Observability.Names;

/// <summary>Every metric of LightlyCluster. docs/telemetry.md is held to this list by a test, and a real run is held to it by another.</summary>
public static class TelemetryInstruments
{
    private const string Bank = "the method has a memory bank";
    private const string Gpu = "an NVIDIA GPU and its driver are present";
    private const string Loss = "a worker is lost";
    private const string Recovery = "a step is committed after a loss";

    private static readonly double[] StepBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] PhaseBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
    private static readonly double[] StoreBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
    private static readonly double[] LongBuckets = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600, 3600];

    /// <summary>Steps that a worker applied.</summary>
    public static readonly InstrumentDefinition TrainingSteps = Worker(
        "training.steps", InstrumentKind.Counter, "{step}", "Steps that this worker has applied.", Method);

    /// <summary>Images that a worker computed.</summary>
    public static readonly InstrumentDefinition TrainingImages = Worker(
        "training.images", InstrumentKind.Counter, "{image}", "Images of the shards that this worker has computed.", Method);

    /// <summary>Shards that a worker computed.</summary>
    public static readonly InstrumentDefinition TrainingShards = Worker(
        "training.shards", InstrumentKind.Counter, "{shard}", "Virtual shards that this worker has computed.", Method);

    /// <summary>Duration of steps on a worker.</summary>
    public static readonly InstrumentDefinition TrainingStepDuration = Worker(
        "training.step.duration", InstrumentKind.Histogram, "s", "Duration of a step on this worker.", Method).WithBuckets(StepBuckets);

    /// <summary>Duration of phases on a worker.</summary>
    public static readonly InstrumentDefinition TrainingPhaseDuration = Worker(
        "training.phase.duration", InstrumentKind.Histogram, "s", "Time of a phase in a step on this worker.", Method, Phase).WithBuckets(PhaseBuckets);

    /// <summary>Duration of checkpoints.</summary>
    public static readonly InstrumentDefinition CheckpointDuration = Worker(
        "checkpoint.duration", InstrumentKind.Histogram, "s", "Writing a checkpoint.").WithBuckets(LongBuckets);

    /// <summary>Files that do not decode.</summary>
    public static readonly InstrumentDefinition BadFiles = Worker(
        "data.bad_files", InstrumentKind.Counter, "{file}", "Files that do not decode, as far as this worker has met them.").OnlyWhere("a file does not decode");

    /// <summary>Time to renew a lease.</summary>
    public static readonly InstrumentDefinition LeaseRenewalDuration = new InstrumentDefinition(
        TelemetryMeters.Store, "lightlycluster.lease.renewal.duration", InstrumentKind.Histogram, "s",
        "Renewing this worker's lease in META.", Emitter.Worker).WithBuckets(StoreBuckets);

    /// <summary>Errors of the store.</summary>
    public static readonly InstrumentDefinition StoreErrors = new InstrumentDefinition(
        TelemetryMeters.Store, "lightlycluster.store.errors", InstrumentKind.Counter, "{error}",
        "Calls of this process that the store did not answer or refused for lack of memory.", Emitter.Coordinator | Emitter.Worker)
        .WithAttributes(ErrorType).OnlyWhere("the store is away or full");

    /// <summary>Payload bytes of a worker.</summary>
    public static readonly InstrumentDefinition TransportIo = Worker(
        "transport.io", InstrumentKind.Counter, "By", "Payload bytes (embeddings, gradients, snapshots) that this worker sent and received.",
        Transport, IoDirection).OnlyWhere("more than one worker takes part");

    /// <summary>GPU load.</summary>
    public static readonly InstrumentDefinition GpuUtilization = Hardware("hw.gpu.utilization", "1", "Share of time in which the GPU computed.");

    /// <summary>GPU memory in use.</summary>
    public static readonly InstrumentDefinition GpuMemoryUsage = Hardware("hw.gpu.memory.usage", "By", "Memory of the GPU in use.");

    /// <summary>GPU memory.</summary>
    public static readonly InstrumentDefinition GpuMemoryLimit = Hardware("hw.gpu.memory.limit", "By", "Memory of the GPU.");

    /// <summary>GPU temperature.</summary>
    public static readonly InstrumentDefinition GpuTemperature = Hardware("hw.temperature", "Cel", "Temperature of the GPU.");

    /// <summary>GPU power.</summary>
    public static readonly InstrumentDefinition GpuPower = Hardware("hw.power", "W", "Power that the GPU draws.");

    /// <summary>Generations begun.</summary>
    public static readonly InstrumentDefinition Generations = Membership(
        "generations", InstrumentKind.Counter, "{generation}", "Generations begun.", "", Reason);

    /// <summary>Members lost.</summary>
    public static readonly InstrumentDefinition Lost = Membership(
        "lost", InstrumentKind.Counter, "{worker}", "Members lost.", Loss, Cause);

    /// <summary>Time until a loss is noticed.</summary>
    public static readonly InstrumentDefinition Detection = Membership(
        "detection", InstrumentKind.Histogram, "s", "Last sign of life to the new generation.", Loss, Cause).WithBuckets(StepBuckets);

    /// <summary>Time until the next commit.</summary>
    public static readonly InstrumentDefinition Recovered = Membership(
        "recovery", InstrumentKind.Histogram, "s", "New generation to the next commit.", Recovery, Cause).WithBuckets(StepBuckets);

    /// <summary>Whether this coordinator leads.</summary>
    public static readonly InstrumentDefinition CoordinatorLeads = Jobs(
        "coordinator.leads", InstrumentKind.Gauge, "", "1 while this coordinator leads, otherwise 0.");

    /// <summary>Jobs by state.</summary>
    public static readonly InstrumentDefinition JobCount = Jobs("jobs", InstrumentKind.Gauge, "{job}", "Jobs by state.", JobState);

    /// <summary>Time in the queue.</summary>
    public static readonly InstrumentDefinition JobQueueDuration = Jobs(
        "job.queue.duration", InstrumentKind.Histogram, "s", "Creation of a job to its first start.").WithBuckets(LongBuckets);

    /// <summary>Steps committed by the fleet.</summary>
    public static readonly InstrumentDefinition FleetSteps = Jobs("fleet.steps", InstrumentKind.Counter, "{step}", "Steps committed.", Method);

    /// <summary>Images trained on by the fleet.</summary>
    public static readonly InstrumentDefinition FleetImages = Jobs(
        "fleet.images", InstrumentKind.Counter, "{image}", "Images of committed steps.", Method);

    /// <summary>Duration of committed steps.</summary>
    public static readonly InstrumentDefinition FleetStepDuration = Jobs(
        "fleet.step.duration", InstrumentKind.Histogram, "s", "Duration of a committed step, as the first worker that reached the state measured it.", Method).WithBuckets(StepBuckets);

    /// <summary>Duration of phases of committed steps.</summary>
    public static readonly InstrumentDefinition FleetPhaseDuration = Jobs(
        "fleet.phase.duration", InstrumentKind.Histogram, "s", "Time of a phase in a committed step, on that worker.", Method, Phase).WithBuckets(PhaseBuckets);

    /// <summary>Committed steps of a job.</summary>
    public static readonly InstrumentDefinition JobStep = Jobs("job.step", InstrumentKind.Gauge, "{step}", "Committed steps of a running job.", JobId);

    /// <summary>Horizon of a job.</summary>
    public static readonly InstrumentDefinition JobHorizon = Jobs(
        "job.horizon", InstrumentKind.Gauge, "{step}", "Steps that a running job is to make.", JobId);

    /// <summary>Loss of a job.</summary>
    public static readonly InstrumentDefinition JobLoss = Jobs("job.loss", InstrumentKind.Gauge, "", "Loss of the newest step.", JobId);

    /// <summary>Learning rate of a job.</summary>
    public static readonly InstrumentDefinition JobLearningRate = Jobs(
        "job.learning_rate", InstrumentKind.Gauge, "", "Learning rate of the newest step.", JobId);

    /// <summary>Throughput of a job.</summary>
    public static readonly InstrumentDefinition JobImages = Jobs(
        "job.images", InstrumentKind.Gauge, "{image}/s", "Images a second over the newest steps.", JobId);

    /// <summary>Duration of a job's steps.</summary>
    public static readonly InstrumentDefinition JobStepDuration = Jobs(
        "job.step.duration", InstrumentKind.Gauge, "s", "Median duration of the newest steps.", JobId);

    /// <summary>Share of phases in a job's steps.</summary>
    public static readonly InstrumentDefinition JobPhaseShare = Jobs(
        "job.phase.share", InstrumentKind.Gauge, "", "Share of a phase in the time of the newest steps.", JobId, Phase);

    /// <summary>Members of a job.</summary>
    public static readonly InstrumentDefinition JobWorkers = Jobs("job.workers", InstrumentKind.Gauge, "{worker}", "Members of a job.", JobId);

    /// <summary>Generation of a job.</summary>
    public static readonly InstrumentDefinition JobGeneration = Jobs(
        "job.generation", InstrumentKind.Gauge, "{generation}", "Membership generation of a job.", JobId);

    /// <summary>Time of the newest commit.</summary>
    public static readonly InstrumentDefinition JobProgressTime = Jobs(
        "job.progress.time", InstrumentKind.Gauge, "s", "When this coordinator saw the newest commit, in seconds since 1970.", JobId);

    /// <summary>Fill of a memory bank.</summary>
    public static readonly InstrumentDefinition JobBankFill = Jobs(
        "job.bank.fill", InstrumentKind.Gauge, "", "Share of the memory bank that holds keys of the run.", JobId).OnlyWhere(Bank);

    /// <summary>Age of a memory bank.</summary>
    public static readonly InstrumentDefinition JobBankAge = Jobs(
        "job.bank.age", InstrumentKind.Gauge, "{step}", "Age of the oldest key in the memory bank.", JobId).OnlyWhere(Bank);

    /// <summary>Workers by status.</summary>
    public static readonly InstrumentDefinition WorkerCount = Jobs(
        "workers", InstrumentKind.Gauge, "{worker}", "Connected workers by status.", WorkerStatus);

    /// <summary>Share of a worker.</summary>
    public static readonly InstrumentDefinition WorkerShare = Jobs(
        "worker.share", InstrumentKind.Gauge, "", "Share of the job's shards that a worker computes.", JobId, WorkerId);

    /// <summary>Throughput of a worker.</summary>
    public static readonly InstrumentDefinition WorkerImages = Jobs(
        "worker.images", InstrumentKind.Gauge, "{image}/s", "Images a second of pure computing of a worker, exchanges left out.", JobId, WorkerId);

    /// <summary>All of them, in this order.</summary>
    public static IReadOnlyList<InstrumentDefinition> All { get; } =
    [
        TrainingSteps, TrainingImages, TrainingShards, TrainingStepDuration, TrainingPhaseDuration, CheckpointDuration, BadFiles,
        LeaseRenewalDuration, StoreErrors, TransportIo, GpuUtilization, GpuMemoryUsage, GpuMemoryLimit, GpuTemperature, GpuPower, Generations, Lost,
        Detection, Recovered, CoordinatorLeads, JobCount, JobQueueDuration, FleetSteps, FleetImages, FleetStepDuration, FleetPhaseDuration,
        JobStep, JobHorizon, JobLoss, JobLearningRate, JobImages, JobStepDuration, JobPhaseShare, JobWorkers, JobGeneration,
        JobProgressTime, JobBankFill, JobBankAge, WorkerCount, WorkerShare, WorkerImages,
    ];

    private static InstrumentDefinition Worker(string name, InstrumentKind kind, string unit, string description, params string[] attributes) =>
        new InstrumentDefinition(TelemetryMeters.Training, $"lightlycluster.{name}", kind, unit, description, Emitter.Worker).WithAttributes(attributes);

    private static InstrumentDefinition Jobs(string name, InstrumentKind kind, string unit, string description, params string[] attributes) =>
        new InstrumentDefinition(TelemetryMeters.Jobs, $"lightlycluster.{name}", kind, unit, description, Emitter.Coordinator).WithAttributes(attributes);

    private static InstrumentDefinition Membership(
        string name, InstrumentKind kind, string unit, string description, string condition, string attribute) =>
        new InstrumentDefinition(TelemetryMeters.Membership, $"lightlycluster.membership.{name}", kind, unit, description, Emitter.Coordinator)
            .WithAttributes(attribute).OnlyWhere(condition);

    private static InstrumentDefinition Hardware(string name, string unit, string description) =>
        new InstrumentDefinition(TelemetryMeters.Hardware, name, InstrumentKind.Gauge, unit, description, Emitter.Worker)
            .WithAttributes(HardwareId, HardwareName, HardwareType).OnlyWhere(Gpu);
}
