using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Keeps the rows that people read: who took part, who was lost, how long it took.</summary>
internal sealed partial class JobBooks(IJobStore store, WorkerDirectory directory, MembershipInstruments instruments, TimeProvider clock, ILogger<JobBooks> logger)
{
    private const double MillisecondsPerSecond = 1000;

    private readonly RecoveryFollower _recoveries = new(store, clock);
    private readonly JobVerdicts _verdicts = new(store);
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins a generation with the rows that belong to it.</summary>
    /// <returns>Its number; null when META has moved on.</returns>
    public async Task<long?> BeginAsync(BeginGeneration asked, JobRecord job, long term)
    {
        var history = await store.ReadHistoryAsync(job.Id);
        var change = GenerationRows.Write(asked, job, history, incarnation => directory.FactsOf(incarnation, job.Id),
            JobSpecificationJson.Read(job.Specification).Sync, term, Now);
        CrashPoint.Reach("coordinator.before-generation");
        if (await store.BumpGenerationAsync(job.Id, change) is not { } begun)
        {
            return null;
        }

        CrashPoint.Reach("coordinator.after-generation");
        _closed.Remove(job.Id);
        _recoveries.Add(job.Id, begun.Step, change.Recoveries);
        instruments.GenerationBegan(asked.Reason);
        if (asked.IsStart && job.Started == 0)
        {
            instruments.JobStarted((Now - job.Created) / MillisecondsPerSecond);
            JobSpans.Started(job, begun.Generation, clock.GetUtcNow());
        }

        foreach (var loss in change.Recoveries.Select(LossRecord.Read))
        {
            instruments.MemberLost(loss.Cause, loss.DetectionSeconds);
            await NoteAsync(job.Id, $"worker {loss.Worker} is lost in step {begun.Step} ({loss.Cause}, noticed after {loss.DetectionSeconds:0.00} s); "
                + $"{asked.Next.Members.Count()} go on", "warning");
        }

        if (change.Transport.Why.Length > 0 && change.Transport.Name != job.Field("transport"))
        {
            await NoteAsync(job.Id, $"transport {change.Transport.Name}: {change.Transport.Why}");
        }

        foreach (var left in asked.Left)
        {
            await NoteAsync(job.Id, $"worker {directory.FactsOf(left.Incarnation, job.Id).Id} goes ({left.Reason})");
        }

        if (asked.Joined.Count > 0 && job.RetainFrom >= 0)
        {
            await store.SetFieldsAsync(job.Id, null, "", ("retainFrom", "-1"), ("snapshotWanted", ""));
        }

        return begun.Generation;
    }

    /// <summary>Completes the rows of losses whose next commit is there.</summary>
    public async Task FollowAsync(JobRecord job)
    {
        foreach (var row in await _recoveries.FollowAsync(job))
        {
            instruments.Recovered(row.Cause, row.Seconds ?? 0);
            JobSpans.Recovered(job.Id, row, clock.GetUtcNow());
            LogRecovered(job.Id, row.Worker, row.Cause, row.DetectionSeconds, row.Seconds ?? 0);
        }
    }

    /// <summary>Brings the rows of members up to date, and marks stragglers.</summary>
    public async Task RefreshAsync(JobRecord job, IReadOnlySet<string> stragglers)
    {
        if (job.Plan.Members.Count == 0)
        {
            return;
        }

        var history = await store.ReadHistoryAsync(job.Id);
        foreach (var member in job.Plan.Members.Where(history.ContainsKey))
        {
            var row = GenerationRows.RowOf(member, history, directory.FactsOf(member, job.Id), Now) with
            {
                Note = stragglers.Contains(member) ? "straggler" : "",
            };
            if (row.Write() is var text && text != history[member])
            {
                await store.WriteHistoryAsync(job.Id, member, text);
            }
        }
    }

    /// <summary>Closes the rows of a job that has ended or rests.</summary>
    public async Task EndAsync(JobRecord job)
    {
        if (_closed.Contains(job.Id) || job.Field("isCleanedUp") == "1")
        {
            return;
        }

        // Before the rows are closed: with the last of them, followers have the whole result.
        await _verdicts.WriteAsync(job);
        var history = await store.ReadHistoryAsync(job.Id);
        foreach (var incarnation in history.Keys.Order(StringComparer.Ordinal))
        {
            var row = GenerationRows.RowOf(incarnation, history, directory.FactsOf(incarnation, job.Id), Now);
            if (row.Left == 0)
            {
                await store.WriteHistoryAsync(job.Id, incarnation, (row with { Left = Now, Reason = job.State.ToString() }).Write());
            }
        }

        if (job.HasEnded)
        {
            await store.CleanUpAsync(job.Id, job.Step);
            await store.SetFieldsAsync(job.Id, null, "", ("isCleanedUp", "1"));
        }

        // Only now: when the store was away in between, all of it is done again.
        _closed.Add(job.Id);
        LogEnded(job.Id, job.State.ToString(), job.Step);
    }

    /// <summary>Writes a line into the job's log.</summary>
    public Task NoteAsync(string job, string text, string level = "information") =>
        store.AppendLineAsync(job, LineRecord.Write(clock.GetUtcNow(), "coordinator", level, text));

    /// <summary>Forgets a job.</summary>
    public void Forget(string job)
    {
        _closed.Remove(job);
        _recoveries.Forget(job);
    }

    [LoggerMessage(1204, LogLevel.Information, "Job {Job} is {State} at step {Step}.")]
    private partial void LogEnded(string job, string state, long step);

    [LoggerMessage(1207, LogLevel.Information, "Job {Job} went on without {Worker} ({Cause}): noticed after {Detection} s, next commit {Seconds} s later.")]
    private partial void LogRecovered(string job, string worker, string cause, double detection, double seconds);
}
