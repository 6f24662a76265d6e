using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>Feeds the membership machine with what workers and META say, and carries out what it decides. Holds no truth.</summary>
/// <remarks>Everything happens in <see cref="TickAsync"/>, one call after the other; a simulation calls it as the host does.</remarks>
internal sealed partial class FleetLeader(
    IJobStore store,
    ILeaseStore leases,
    WorkerDirectory directory,
    Leadership leadership,
    JobBooks books,
    MembershipTimes times,
    JobPathRules paths,
    TimeProvider clock,
    ILogger<FleetLeader> logger)
{
    private const int JobsMaximum = 10_000;

    /// <summary>How often leases are read: what it adds to the time in which a death is noticed, whatever the lease.</summary>
    private static readonly TimeSpan LeaseLook = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<string, TrainingJobSpec> _specifications = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private FleetState _state = new(times);
    private TimeSpan? _leasesReadAt;
    private TimeSpan _refreshedAt;

    /// <summary>What is known of the fleet; swapped whole.</summary>
    public FleetState State => _state;

    /// <summary>How long the next look may wait: a closed stream becomes a death at its moment, not at the next interval.</summary>
    public TimeSpan LongestWait(TimeSpan interval)
    {
        var now = directory.Now;
        foreach (var closed in _state.Workers.Values.Select(worker => worker.ClosedAt).OfType<TimeSpan>())
        {
            var left = closed + times.Reconnect - now;
            interval = left > TimeSpan.Zero && left < interval ? left : interval;
        }

        return interval;
    }

    private long NowMilliseconds => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Looks once at everything and does what is to be done.</summary>
    /// <exception cref="StoreAwayException">META does not answer; nothing is decided, and the next call goes on.</exception>
    public async Task TickAsync()
    {
        try
        {
            if (await LeadAsync() is not { } term)
            {
                return;
            }

            await TakeEventsAsync(term);
            var jobs = await ReadJobsAsync(term);
            await ReadLeasesAsync(term);
            await FeedAsync(new Looked(), term);
            await KeepBooksAsync(jobs, term);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            _state = MembershipMachine.Advance(_state, new StoreFailed(), directory.Now).State;
            throw;
        }
    }

    private async Task<long?> LeadAsync()
    {
        var term = await leadership.RenewAsync();
        if (term is { } mine)
        {
            if (_state.Role != ObserverRole.Leader || _state.Term != mine)
            {
                LogLeads(leadership.Name, mine);
                if (mine < _state.Term)
                {
                    LogRegressed(mine, _state.Term);
                    directory.Dismiss();
                    _state = new(times);
                }

                _state = MembershipMachine.Advance(_state, new RoleChanged(ObserverRole.Leader, mine), directory.Now).State;
                _ended.Clear();
            }
        }
        else
        {
            if (_state.Role == ObserverRole.Leader)
            {
                LogFollows(leadership.Name, leadership.LeaderAddress);
            }

            if (_state.Role == ObserverRole.Leader || directory.Count > 0)
            {
                directory.Dismiss();
                _state = MembershipMachine.Advance(_state, new RoleChanged(ObserverRole.Follower, 0), directory.Now).State;
            }
        }

        return term;
    }

    private async Task TakeEventsAsync(long term)
    {
        while (directory.Take() is { } happened)
        {
            await FeedAsync(happened, term);
        }
    }

    private async Task<IReadOnlyList<JobRecord>> ReadJobsAsync(long term)
    {
        var jobs = new List<JobRecord>();
        var listed = await store.ListAsync(0, JobsMaximum);
        foreach (var id in listed.Where(id => !_ended.Contains(id)))
        {
            if (await store.ReadAsync(id) is not { } job)
            {
                continue;
            }

            if (job.Term < term && !job.HasEnded && !await store.ClaimAsync(id, term))
            {
                continue;
            }

            jobs.Add(job);
            await FeedAsync(new JobRead(job), term);
        }

        foreach (var gone in _state.Jobs.Keys.Except(jobs.Select(job => job.Id), StringComparer.Ordinal).ToArray())
        {
            if (_state.Jobs[gone].Record.State == JobState.Running)
            {
                LogVanished(gone, _state.Jobs[gone].Record.Step);
            }

            Forget(gone);
            await FeedAsync(new JobForgotten(gone), term);
        }

        return jobs;
    }

    private async Task ReadLeasesAsync(long term)
    {
        var now = directory.Now;
        if (now - _leasesReadAt < LeaseLook)
        {
            return;
        }

        var held = await leases.HeldAsync(_state.LeasesOfInterest);
        _leasesReadAt = now;
        await FeedAsync(new LeasesRead(held), term);
        directory.Keep(_state.Workers.ContainsKey);
    }

    private async Task KeepBooksAsync(IReadOnlyList<JobRecord> jobs, long term)
    {
        var isRefreshed = directory.Now - _refreshedAt > TimeSpan.FromSeconds(2);
        foreach (var job in jobs)
        {
            await books.FollowAsync(job);
            if (job.HasEnded || job.State == JobState.Paused)
            {
                await books.EndAsync(job);
                if (job.HasEnded && !_state.Workers.Values.Any(worker => worker.Job == job.Id))
                {
                    _ended.Add(job.Id);
                    Forget(job.Id);
                    await FeedAsync(new JobForgotten(job.Id), term);
                }
            }
            else if (isRefreshed && _state.Jobs.TryGetValue(job.Id, out var entry))
            {
                await books.RefreshAsync(job, entry.Stragglers);
            }
        }

        _refreshedAt = isRefreshed ? directory.Now : _refreshedAt;
    }

    private void Forget(string job)
    {
        _specifications.Remove(job);
        books.Forget(job);
    }

    private async Task FeedAsync(FleetEvent happened, long term)
    {
        (_state, var actions) = MembershipMachine.Advance(_state, happened, directory.Now);
        foreach (var action in actions.Where(action => action is AssignWorker or ReleaseWorker or FenceWorker or TellGeneration))
        {
            Send(action);
        }

        foreach (var action in actions)
        {
            await WriteAsync(action, term);
        }
    }

    private void Send(FleetAction action)
    {
        switch (action)
        {
            case AssignWorker assign when _state.Jobs.TryGetValue(assign.Job, out var entry):
                if (!_specifications.TryGetValue(assign.Job, out var specification))
                {
                    specification = JobSpecificationMapping.ToWire(JobSpecificationJson.Read(entry.Record.Specification));
                    _specifications.Add(assign.Job, specification);
                }

                directory.Find(assign.Incarnation)?.Send(
                    new() { Assign = new() { JobId = assign.Job, Spec = specification, Paths = paths.ToWire(entry.Record.Tenant) } });
                LogAssigned(NameOf(assign.Incarnation), assign.Job);
                CrashPoint.Reach("coordinator.assigned");
                break;
            case ReleaseWorker release:
                directory.Find(release.Incarnation)?.Send(new() { Release = new() { JobId = release.Job, Reason = release.Reason } });
                break;
            case FenceWorker fence:
                directory.Find(fence.Incarnation)?.Send(new() { Fence = new() { JobId = fence.Job, Reason = fence.Reason } });
                break;
            case TellGeneration tell:
                directory.Find(tell.Incarnation)?.Send(new() { Generation = new() { JobId = tell.Job, Generation = tell.Generation } });
                break;
        }
    }

    private async Task WriteAsync(FleetAction action, long term)
    {
        switch (action)
        {
            case BeginGeneration begin:
                await BeginAsync(begin, term);
                break;
            case QueueJob queue:
                await QueueAsync(queue, term);
                break;
            case YieldJob wanted:
                await store.SetFieldsAsync(wanted.Job, null, "", ("pauseRequested", "1"), ("pauseReason", wanted.Reason), ("pauseMessage", wanted.Message));
                await books.NoteAsync(wanted.Job, $"{wanted.Reason}: {wanted.Message}; it goes on from a checkpoint");
                break;
            case EndRetention over:
                await store.SetFieldsAsync(over.Job, null, "", ("retainFrom", "-1"));
                break;
            case ExplainJob explain:
                await store.ChangeStateAsync(
                    explain.Job, new(JobState.Queued, NowMilliseconds, explain.Reason, explain.Message, Term: term), [JobState.Queued]);
                break;
            case FailJob fail:
                await store.ChangeStateAsync(
                    fail.Job, new(JobState.Failed, NowMilliseconds, fail.Reason, fail.Message, Term: term), [JobState.Queued, JobState.Running]);
                LogFailed(fail.Job, fail.Reason, fail.Message);
                break;
            case NoteLine note:
                LogNote(note.Job, note.Text);
                await books.NoteAsync(note.Job, note.Text);
                break;
        }
    }

    private async Task BeginAsync(BeginGeneration begin, long term)
    {
        if (_state.Jobs.TryGetValue(begin.Job, out var entry) && await books.BeginAsync(begin, entry.Record, term) is { } generation)
        {
            LogGeneration(begin.Job, generation, begin.Reason, begin.Next.Encode());
            await FeedAsync(new GenerationBegun(begin, generation), term);
        }
    }

    private async Task QueueAsync(QueueJob queue, long term)
    {
        var empty = new BeginGeneration(
            queue.Job, queue.Generation, Fleet.Sharding.ShardAssignment.Empty, Fleet.Sharding.ShardAssignment.Empty, IsStart: false, queue.Lost, queue.Left, [], "");
        if (_state.Jobs.TryGetValue(queue.Job, out var entry) && await books.BeginAsync(empty, entry.Record, term) is not null)
        {
            await store.ChangeStateAsync(
                queue.Job, new(JobState.Queued, NowMilliseconds, "WaitingForWorkers", queue.Message, Term: term), [JobState.Running]);
            await FeedAsync(new JobQueued(queue), term);
            LogWaits(queue.Job, queue.Message);
        }
    }

    private string NameOf(string incarnation) => _state.Workers.TryGetValue(incarnation, out var worker) ? worker.Id : incarnation;

    [LoggerMessage(1101, LogLevel.Information, "{Name} leads (term {Term}).")]
    private partial void LogLeads(string name, long term);

    [LoggerMessage(1104, LogLevel.Error, "META_REGRESSED: META gave term {Term} after {Last}: it has lost what it acknowledged. Workers that hold newer states stop their "
        + "jobs. Restore its append-only file (appendfsync always).")]
    private partial void LogRegressed(long term, long last);

    [LoggerMessage(1105, LogLevel.Error, "META_REGRESSED: META knows nothing of job {Job} any more, which was running at step {Step}: it has lost what it "
        + "acknowledged. The job stops. Restore META's append-only file (appendfsync always), or start again from a checkpoint with --resume.")]
    private partial void LogVanished(string job, long step);

    [LoggerMessage(1103, LogLevel.Warning, "{Name} follows: the coordinator at {Leader} leads. Workers go there.")]
    private partial void LogFollows(string name, string leader);

    [LoggerMessage(1201, LogLevel.Information, "Worker {Worker} gets job {Job}.")]
    private partial void LogAssigned(string worker, string job);

    [LoggerMessage(1202, LogLevel.Information, "Job {Job} is in generation {Generation} ({Reason}): {Plan}.")]
    private partial void LogGeneration(string job, long generation, string reason, string plan);

    [LoggerMessage(1203, LogLevel.Error, "Job {Job} failed ({Reason}): {Explanation}")]
    private partial void LogFailed(string job, string reason, string explanation);

    [LoggerMessage(1205, LogLevel.Information, "Job {Job}: {Text}.")]
    private partial void LogNote(string job, string text);

    [LoggerMessage(1206, LogLevel.Warning, "Job {Job} {Message}.")]
    private partial void LogWaits(string job, string message);
}
