using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Tasks.Embedding;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Steps;

/// <summary>Makes the runner of a job.</summary>
internal sealed class JobRunnerFactory(
    WorkerOptions options, ComputationShelf computations, DeviceChoice device, TrainingThread training, WorkerState state, WorkerTelemetry telemetry,
    Transports transports, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Makes the runner of a job for this incarnation.</summary>
    public IJobRunner Create(AssignJob assignment, IFleetStore store, string incarnation, string numericClass)
    {
        var ticket = new JobTicket(
            assignment.JobId, JobSpecificationMapping.FromWire(assignment.Spec), options.Id, incarnation, numericClass,
            options.ImageCacheMegabytes * 1024L * 1024, options.Plugins,
            assignment.Paths is { } rules ? new(IsEnforced: true, [.. rules.ReadRoots], [.. rules.WriteRoots]) : null);
        return ticket.Specification.Embed.IsWanted
            ? new EmbeddingRunner(ticket, device, training, state, store, clock, loggers.CreateLogger<EmbeddingRunner>())
            : new JobRunner(ticket, computations, state, telemetry, transports, store, clock, loggers.CreateLogger<JobRunner>());
    }
}
