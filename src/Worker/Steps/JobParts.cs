using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;

namespace LightlyCluster.Worker.Steps;

/// <summary>What the parts of a job's protocol share on one worker.</summary>
internal sealed record JobParts(
    JobTicket Ticket,
    IJobComputation Computation,
    WorkerState State,
    IJobStore Jobs,
    IStepStore Steps,
    PayloadExchange Exchange,
    IJobEvents Events,
    VectorPool Pool,
    VectorPool ChunkPool,
    StepDurations Durations,
    WorkerTelemetry Telemetry,
    TimeProvider Clock)
{
    /// <summary>What the job is.</summary>
    public JobShape Shape => Computation.Shape;

    /// <summary>Milliseconds since 1970, for records only.</summary>
    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
