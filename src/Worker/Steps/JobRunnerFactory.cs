using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Sessions;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Steps;

/// <summary>Makes the runner of a job.</summary>
internal sealed class JobRunnerFactory(
    WorkerOptions options, IComputationFactory computations, WorkerState state, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>Makes the runner of a job for this incarnation.</summary>
    public JobRunner Create(AssignJob assignment, IFleetStore store, string incarnation, string numericClass) => new(
        new(assignment.JobId, JobSpecificationMapping.FromWire(assignment.Spec), options.Id, incarnation, numericClass,
            options.ImageCacheMegabytes * 1024L * 1024, options.Plugins),
        computations, state, store, clock, loggers.CreateLogger<JobRunner>());
}
