using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Keeps one job going: workers, generations, records. Decisions are <see cref="MembershipRules"/>.</summary>
internal sealed partial class JobKeeper(
    string id, IJobStore store, WorkerDirectory directory, MembershipTimes times, TimeProvider clock, ILogger logger)
{
    private readonly List<(long Index, LossRecord Record, long Since)> _recovering = [];
    private long? _gatheringSince;
    private long _generation = -1;
    private bool _isCleanedUp;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Looks once and does what is to be done.</summary>
    /// <returns>Whether the job has ended and nothing more is to be done.</returns>
    public async Task<bool> TickAsync(long term, TimeSpan answeringFor)
    {
        if (await store.ReadAsync(id) is not { } job)
        {
            return true;
        }

        var workers = await directory.ViewAsync(job.State == JobState.Running ? job.Plan.Members : []);
        if (job.HasEnded || job.State == JobState.Paused)
        {
            return await EndAsync(job, workers);
        }

        _isCleanedUp = false;
        await FailWithFailedWorkerAsync(job, workers);
        Assign(job, workers);
        _gatheringSince = workers.Any(worker => worker.Job == id && worker.Status == WorkerStatus.Ready)
            ? _gatheringSince ?? clock.GetTimestamp()
            : null;
        var gatheringFor = _gatheringSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
        if (MembershipRules.Decide(job, workers, answeringFor, gatheringFor, times) is { } decision)
        {
            await ApplyAsync(job, decision, workers, term);
        }

        await FollowAsync(job);
        return false;
    }

    private void Assign(JobRecord job, IReadOnlyList<WorkerView> workers)
    {
        var specification = JobSpecificationMapping.ToWire(JobSpecificationJson.Read(job.Specification));
        foreach (var candidate in MembershipRules.Candidates(job, workers))
        {
            directory.Find(candidate.Incarnation)?.Assign(new AssignJob { JobId = id, Spec = specification });
            LogAssigned(candidate.Id, id);
        }
    }

    private async Task FailWithFailedWorkerAsync(JobRecord job, IReadOnlyList<WorkerView> workers)
    {
        var failed = workers.FirstOrDefault(worker => worker.Job == id && worker.Status == WorkerStatus.Failed);
        var others = workers.Any(worker => worker.Job == id && worker.Status != WorkerStatus.Failed && worker.ClosedFor is null);
        if (failed is null || directory.Find(failed.Incarnation) is not { } session)
        {
            return;
        }

        // "Reason: sentence". What is wrong with the job fails it; what is wrong with one worker only costs that worker.
        var (reason, message) = Split(session.Heartbeat.Message);
        if (reason.StartsWith("Invalid", StringComparison.Ordinal) || (!others && job.Plan.Members.Count == 0))
        {
            await store.ChangeStateAsync(id, new(JobState.Failed, Now, reason, message), [JobState.Queued, JobState.Running]);
            LogFailed(id, reason, message);
        }

        session.Release(id, message);
    }

    private async Task ApplyAsync(JobRecord job, MembershipDecision decision, IReadOnlyList<WorkerView> workers, long term)
    {
        var names = workers.ToDictionary(worker => worker.Incarnation, worker => worker.Id);
        var history = await store.ReadHistoryAsync(id);
        var rows = new Dictionary<string, string>();
        foreach (var joined in decision.Joined.Where(incarnation => !history.ContainsKey(incarnation)))
        {
            rows[joined] = new MemberRecord(names[joined], Now, 0, "", 0, 0).Write();
        }

        foreach (var (gone, cause) in decision.Lost.Concat(decision.Left.Select(left => (left, "left"))))
        {
            var row = RowOf(gone, history, names);
            rows[gone] = (row with { Left = Now, Reason = cause }).Write();
        }

        var losses = decision.Lost.Select(entry => new LossRecord(NameOf(entry.Incarnation, history, names), entry.Cause, job.Step, null)).ToArray();
        var recoveriesBefore = (await store.ReadRecoveriesAsync(id)).Count;
        var change = new GenerationChange(
            term, job.Generation, decision.Current, decision.Next, decision.IsStart, Now, [.. losses.Select(loss => loss.Write())], rows);
        if (await store.BumpGenerationAsync(id, change) is not { } begun)
        {
            return;
        }

        _recovering.AddRange(losses.Select((loss, index) => (recoveriesBefore + (long)index, loss with { Step = begun.Step }, clock.GetTimestamp())));
        await AfterBumpAsync(job, decision, begun.Generation);
    }

    private async Task AfterBumpAsync(JobRecord job, MembershipDecision decision, long generation)
    {
        foreach (var member in decision.Next.Members)
        {
            directory.Find(member)?.Tell(id, generation);
        }

        foreach (var lost in decision.Lost)
        {
            directory.Find(lost.Incarnation)?.Release(id, $"fenced: {lost.Cause}");
            var text = $"worker {lost.Incarnation} is lost in step {job.Step} ({lost.Cause}); {decision.Next.Members.Count()} go on";
            await store.AppendLineAsync(id, LineRecord.Write(clock.GetUtcNow(), "coordinator", "warning", text));
        }

        if (decision.Joined.Count > 0 && job.RetainFrom >= 0)
        {
            await store.SetFieldsAsync(id, null, "", ("retainFrom", "-1"), ("snapshotWanted", ""));
        }

        LogGeneration(id, generation, decision.Next.Encode());
    }

    private async Task FollowAsync(JobRecord job)
    {
        foreach (var pending in _recovering.Where(pending => job.Step > pending.Record.Step).ToArray())
        {
            var seconds = Math.Round(clock.GetElapsedTime(pending.Since).TotalSeconds, 3);
            await store.WriteRecoveryAsync(id, pending.Index, (pending.Record with { Seconds = seconds }).Write());
            _recovering.Remove(pending);
        }

        if (job.Generation != _generation)
        {
            _generation = job.Generation;
            _gatheringSince = null;
        }
    }

    private async Task<bool> EndAsync(JobRecord job, IReadOnlyList<WorkerView> workers)
    {
        await FollowAsync(job);
        if (!_isCleanedUp)
        {
            var history = await store.ReadHistoryAsync(id);
            foreach (var (incarnation, text) in history)
            {
                var row = RowOf(incarnation, history, []);
                if (row.Left == 0)
                {
                    await store.WriteHistoryAsync(id, incarnation, (row with { Left = Now, Reason = job.State.ToString() }).Write());
                }
            }

            if (job.HasEnded)
            {
                await store.CleanUpAsync(id, job.Step);
            }

            _isCleanedUp = true;
            LogEnded(id, job.State.ToString(), job.Step);
        }

        foreach (var worker in workers.Where(worker => worker.Job == id))
        {
            directory.Find(worker.Incarnation)?.Release(id, $"the job is {job.State}");
        }

        return job.HasEnded;
    }

    private static (string Reason, string Message) Split(string text)
    {
        var separator = text.IndexOf(": ", StringComparison.Ordinal);
        return separator > 0 && !text[..separator].Contains(' ', StringComparison.Ordinal)
            ? (text[..separator], text[(separator + 2)..])
            : ("WorkerFailed", text);
    }

    private static string NameOf(string incarnation, IReadOnlyDictionary<string, string> history, Dictionary<string, string> names) =>
        history.TryGetValue(incarnation, out var row) ? MemberRecord.Read(row).Id : names.GetValueOrDefault(incarnation, incarnation);

    private MemberRecord RowOf(string incarnation, IReadOnlyDictionary<string, string> history, Dictionary<string, string> names)
    {
        var row = history.TryGetValue(incarnation, out var text)
            ? MemberRecord.Read(text)
            : new MemberRecord(names.GetValueOrDefault(incarnation, incarnation), Now, 0, "", 0, 0);
        return directory.Find(incarnation)?.Heartbeat is { Shards: > 0 } heartbeat && row.Shards < heartbeat.Shards
            ? row with { Shards = heartbeat.Shards, ShardsPerSecond = heartbeat.ShardsPerSecond }
            : row;
    }

    [LoggerMessage(1201, LogLevel.Information, "Worker {Worker} gets job {Job}.")]
    private partial void LogAssigned(string worker, string job);

    [LoggerMessage(1202, LogLevel.Information, "Job {Job} is in generation {Generation}: {Plan}.")]
    private partial void LogGeneration(string job, long generation, string plan);

    [LoggerMessage(1203, LogLevel.Error, "Job {Job} failed ({Reason}): {Explanation}")]
    private partial void LogFailed(string job, string reason, string explanation);

    [LoggerMessage(1204, LogLevel.Information, "Job {Job} is {State} at step {Step}.")]
    private partial void LogEnded(string job, string state, long step);
}
