using System.Diagnostics.Metrics;
using LightlyCluster.Coordinator.Dashboard;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Bank;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>Jobs and workers as they are when somebody looks. A coordinator that does not lead shows that, and no jobs.</summary>
internal sealed class FleetGauges
{
    private readonly FleetLeader _leader;
    private readonly ProgressBook _progress;
    private readonly JobCatalog _catalog;

    /// <summary>Makes the instruments.</summary>
    public FleetGauges(IMeterFactory meters, FleetLeader leader, ProgressBook progress, JobCatalog catalog)
    {
        (_leader, _progress, _catalog) = (leader, progress, catalog);
        meters.Gauge(TelemetryInstruments.CoordinatorLeads, () => [new(leader.State.Role == ObserverRole.Leader ? 1 : 0)]);
        meters.Gauge(TelemetryInstruments.JobCount, CountJobs);
        meters.Gauge(TelemetryInstruments.WorkerCount, CountWorkers);
        meters.Gauge(TelemetryInstruments.WorkerShare, () => OfMembers((job, worker) => (double)worker.Shards / job.ShardCount));
        meters.Gauge(TelemetryInstruments.WorkerImages, () => OfMembers((job, worker) =>
            worker.Report.ShardsPerSecond * _progress.Find(job.Id)?.Specification.ShardStepImages));
        meters.Gauge(TelemetryInstruments.JobStep, () => OfJobs(job => job.Record?.Step));
        meters.Gauge(TelemetryInstruments.JobHorizon, () => OfJobs(job => job.Record?.StepsTotal));
        meters.Gauge(TelemetryInstruments.JobWorkers, () => OfJobs(job => job.Record?.Plan.Members.Count));
        meters.Gauge(TelemetryInstruments.JobGeneration, () => OfJobs(job => job.Record?.Generation));
        meters.Gauge(TelemetryInstruments.JobLoss, () => OfJobs(job => job.Newest?.Loss));
        meters.Gauge(TelemetryInstruments.JobLearningRate, () => OfJobs(job => job.Newest?.LearningRate));
        meters.Gauge(TelemetryInstruments.JobImages, () => OfJobs(job => job.Newest is null ? null : job.ImagesPerSecond));
        meters.Gauge(TelemetryInstruments.JobStepDuration, () => OfJobs(job => job.Newest is null ? null : job.MedianSeconds));
        meters.Gauge(TelemetryInstruments.JobProgressTime, () => OfJobs(job => job.ProgressedAt.ToUnixTimeMilliseconds() / 1000.0));
        meters.Gauge(TelemetryInstruments.JobBankFill, () => OfJobs(job => BankOf(job)?.Fill));
        meters.Gauge(TelemetryInstruments.JobBankAge, () => OfJobs(job => BankOf(job)?.OldestSteps));
        meters.Gauge(TelemetryInstruments.JobPhaseShare, SharePhases);
    }

    private static MemoryBankFacts? BankOf(JobProgress job) => MemoryBankFacts.Of(
        job.Specification.Method, job.Specification.StepImages, job.Record?.Step ?? 0);

    private static KeyValuePair<string, object?> Job(string id) => new(TelemetryAttributes.JobId, id);

    private IEnumerable<JobProgress> RunningJobs() =>
        _progress.Jobs.Where(job => job.Record is { State: JobState.Running }).OrderBy(job => job.Id, StringComparer.Ordinal);

    private IEnumerable<Measurement<double>> OfJobs(Func<JobProgress, double?> read)
    {
        foreach (var job in RunningJobs())
        {
            if (read(job) is { } value)
            {
                yield return new(value, Job(job.Id));
            }
        }
    }

    private IEnumerable<Measurement<double>> SharePhases() => RunningJobs().SelectMany(job => job.PhaseShares.Select(phase =>
        new Measurement<double>(phase.Value, Job(job.Id), new KeyValuePair<string, object?>(TelemetryAttributes.Phase, phase.Key))));

    private IEnumerable<Measurement<double>> OfMembers(Func<Fleet.Stores.JobRecord, (int Shards, WorkerReport Report), double?> read)
    {
        var state = _leader.State;
        foreach (var job in state.Jobs.Values.Select(entry => entry.Record).Where(job => job.State == JobState.Running))
        {
            foreach (var (incarnation, range) in job.Plan.Next.Ranges)
            {
                if (state.Workers.TryGetValue(incarnation, out var worker) && read(job, (range.Count, worker.Report)) is { } value)
                {
                    yield return new(value, Job(job.Id), new KeyValuePair<string, object?>(TelemetryAttributes.WorkerId, worker.Id));
                }
            }
        }
    }

    private IEnumerable<Measurement<double>> CountJobs()
    {
        var counts = _leader.State.Role == ObserverRole.Leader ? _catalog.CountByState() : null;
        return counts is null ? [] : Enum.GetValues<JobState>().Select(state => new Measurement<double>(
            counts.GetValueOrDefault(state), new KeyValuePair<string, object?>(TelemetryAttributes.JobState, state.ToString().ToLowerInvariant())));
    }

    private IEnumerable<Measurement<double>> CountWorkers() => Enum.GetValues<WorkerStatus>().Select(status => new Measurement<double>(
        _leader.State.Workers.Values.Count(worker => worker.IsOpen && worker.Report.Status == status),
        new KeyValuePair<string, object?>(TelemetryAttributes.WorkerStatus, status.ToString().ToLowerInvariant())));
}
