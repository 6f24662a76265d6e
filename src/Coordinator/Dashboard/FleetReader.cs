using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Makes what pages show of the fleet.</summary>
internal sealed class FleetReader(
    JobCatalog catalog, ProgressBook progress, FleetLeader leader, Leadership leadership, WorkerDirectory directory)
{
    private const int JobsMaximum = 200;

    /// <summary>The fleet as it is, as far as a caller may see it.</summary>
    public FleetView Read(Caller caller) => new(
        leader.State.Role == ObserverRole.Leader,
        leadership.Term is null ? leadership.LeaderAddress : "",
        [.. catalog.Jobs.Where(job => caller.Sees(job.Tenant)).Reverse().Take(JobsMaximum).Select(Summarize)],
        catalog.Jobs.Count(job => caller.Sees(job.Tenant)),
        [.. Workers().Where(worker => caller.Scope.Length == 0 || catalog.Find(worker.Job, caller) is not null)]);

    /// <summary>A line for a job.</summary>
    public JobSummary Summarize(JobRecord job)
    {
        var specification = catalog.SpecificationOf(job);
        var live = progress.Find(job.Id);
        var isRunning = job.State == JobState.Running && live?.Newest is not null;
        return new(
            job.Id, job.DisplayName, job.State.ToString(), job.Reason, job.Message, specification.Method.Name, specification.Backbone.Name,
            specification.StepImages, job.Step, job.StepsTotal, job.StepsPerEpoch, job.Created, job.Started, job.Ended,
            job.State == JobState.Running ? job.Plan.Members.Count : 0, live?.Newest?.Loss, isRunning ? live!.ImagesPerSecond : null,
            isRunning ? live!.MedianSeconds * Math.Max(0, job.StepsTotal - job.Step) : null);
    }

    private IEnumerable<WorkerRow> Workers()
    {
        var state = leader.State;
        foreach (var worker in state.Workers.Values.Where(worker => worker.IsOpen).OrderBy(worker => worker.Id, StringComparer.Ordinal))
        {
            if (directory.Find(worker.Incarnation) is not { } session)
            {
                continue;
            }

            var shardImages = progress.Find(worker.Job)?.Specification.ShardStepImages ?? 0;
            var isStraggler = state.Jobs.TryGetValue(worker.Job, out var job) && job.Stragglers.Contains(worker.Incarnation);
            yield return new(
                worker.Id, worker.Incarnation, session.Registration.Host, session.Registration.ProcessId, session.Registration.Device,
                worker.Report.Status.ToString(), worker.Job, worker.Report.Step, worker.Report.ShardsPerSecond * shardImages, worker.Report.Message,
                isStraggler);
        }
    }
}
