using static LightlyCluster.Observability.Names.TelemetryAttributes;

namespace LightlyCluster.Observability.Names;

/// <summary>Every span of LightlyCluster. docs/telemetry.md is held to this list by a test, and a real run is held to it by another.</summary>
public static class TelemetrySpans
{
    /// <summary>A submit, from the command to the answer.</summary>
    public static readonly SpanDefinition Submit = new SpanDefinition(
        TelemetryMeters.Client, "job.submit", "nothing: the root of the submit's trace", "Sending a job and its answer.", Emitter.Client)
        .With(JobId);

    /// <summary>Admission of a job.</summary>
    public static readonly SpanDefinition Create = new SpanDefinition(
        TelemetryMeters.Jobs, "job.create", "the call of the client", "Checking and admitting a job.", Emitter.Coordinator)
        .With(JobId);

    /// <summary>A job's time in the queue.</summary>
    public static readonly SpanDefinition Schedule = new SpanDefinition(
        TelemetryMeters.Jobs, "job.schedule", "job.create", "Admission of a job to its first generation.", Emitter.Coordinator)
        .With(JobId, Generation);

    /// <summary>An epoch.</summary>
    public static readonly SpanDefinition Epoch = new SpanDefinition(
        TelemetryMeters.Jobs, "training.epoch", "nothing: a trace of its own, linked to job.create", "The steps of an epoch.", Emitter.Coordinator)
        .With(JobId, TelemetryAttributes.Epoch, TelemetryAttributes.Loss);

    /// <summary>A step of the fleet.</summary>
    public static readonly SpanDefinition FleetStep = new SpanDefinition(
        TelemetryMeters.Jobs, "training.step", "nothing: a trace of its own, linked to its epoch", "A sampled step, over all workers.", Emitter.Coordinator)
        .With(JobId, Step, TelemetryAttributes.Epoch, SampledBecause);

    /// <summary>A loss and what follows.</summary>
    public static readonly SpanDefinition Recovery = new SpanDefinition(
        TelemetryMeters.Jobs, "training.recovery", "training.step", "Last sign of life of a lost worker to the next commit.", Emitter.Coordinator)
        .With(JobId, WorkerId, Cause, Step).OnlyWhere("a worker is lost");

    /// <summary>A worker's part of a step.</summary>
    public static readonly SpanDefinition WorkerStep = new SpanDefinition(
        TelemetryMeters.Training, "worker.step", "training.step", "A worker's part of a sampled step; its phases hang below it.", Emitter.Worker)
        .With(JobId, WorkerId, Step, Generation, Shards, SampledBecause);

    /// <summary>A checkpoint.</summary>
    public static readonly SpanDefinition Checkpoint = new SpanDefinition(
        TelemetryMeters.Training, "checkpoint.save", "nothing: a trace of its own", "Writing a checkpoint.", Emitter.Worker)
        .With(JobId, WorkerId, Step);

    /// <summary>An evaluation.</summary>
    public static readonly SpanDefinition Evaluate = new SpanDefinition(
        TelemetryMeters.Training, "evaluate.knn", "nothing: a trace of its own", "Measuring the backbone by nearest neighbours.", Emitter.Worker)
        .With(JobId, WorkerId, Step).OnlyWhere("the job asks for an evaluation");

    /// <summary>All of them; phases are spans as well, named as they are.</summary>
    public static IReadOnlyList<SpanDefinition> All { get; } =
        [Submit, Create, Schedule, Epoch, FleetStep, Recovery, WorkerStep, Checkpoint, Evaluate];
}
