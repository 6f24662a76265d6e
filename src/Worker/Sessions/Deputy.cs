using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Sessions;

/// <summary>
/// What a member does while no coordinator leads: it replaces members whose lease ended, by the same machine and the same fenced
/// script as the coordinator. While one leads, it only notices that it was fenced.
/// </summary>
internal sealed partial class Deputy(IFleetStore store, string worker, MembershipTimes times, TimeProvider clock, ILogger logger)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly RecoveryFollower _recoveries = new(store.Jobs, clock);
    private FleetState _state = new(times);
    private string _memberOf = "";

    private TimeSpan Now => clock.GetElapsedTime(_start);

    /// <summary>META answered a renewal: a gap without one makes leases count later.</summary>
    public void Answered() => Feed(new StoreAnswered());

    /// <summary>Looks once.</summary>
    /// <param name="job">The job that this worker has; empty for none.</param>
    /// <param name="incarnation">This incarnation.</param>
    /// <param name="isLeaving">Whether this worker is about to go.</param>
    /// <returns>Whether this incarnation was declared dead and must come anew.</returns>
    public async Task<bool> LookAsync(string job, string incarnation, bool isLeaving)
    {
        if (job.Length == 0 || await store.Jobs.ReadAsync(job) is not { HasEnded: false } record)
        {
            _memberOf = "";
            return false;
        }

        await _recoveries.FollowAsync(record);
        var isMember = record.State == JobState.Running && record.Plan.Contains(incarnation);
        if (_memberOf == incarnation + job && !isMember && await IsFencedAsync(job, incarnation))
        {
            _memberOf = "";
            return true;
        }

        _memberOf = isMember ? incarnation + job : "";
        var hasLeader = await store.Leases.ReadLeaderAsync() is not null;
        Feed(new RoleChanged(hasLeader ? ObserverRole.Follower : ObserverRole.Deputy, 0));
        if (!hasLeader && isMember)
        {
            await ReplaceAsync(record, incarnation, isLeaving);
        }

        return false;
    }

    private async Task<bool> IsFencedAsync(string job, string incarnation) =>
        (await store.Jobs.ReadHistoryAsync(job)).TryGetValue(incarnation, out var row)
        && MemberRecord.Read(row) is { Left: > 0, Reason: "connection closed" or "lease expired" or "stuck" };

    private async Task ReplaceAsync(JobRecord record, string incarnation, bool isLeaving)
    {
        Feed(new JobRead(record));
        Feed(new WorkerRegistered(incarnation, worker, record.NumericClass));
        if (isLeaving)
        {
            Feed(new WorkerLeaving(incarnation, IsStateSaved: true));
        }

        Feed(new LeasesRead(await store.Leases.HeldAsync([.. record.Plan.Members])));
        foreach (var asked in Feed(new Looked()).OfType<BeginGeneration>())
        {
            var history = await store.Jobs.ReadHistoryAsync(record.Id);
            var change = GenerationRows.Write(
                asked, record, history, _ => MemberFacts.Unknown, JobSpecificationJson.Read(record.Specification).Sync, term: null, clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (await store.Jobs.BumpGenerationAsync(record.Id, change) is { } begun)
            {
                _recoveries.Add(record.Id, begun.Step, change.Recoveries);
                LogReplaced(record.Id, begun.Generation, string.Join(", ", asked.Lost.Select(loss => loss.Incarnation)));
            }
        }
    }

    private IReadOnlyList<FleetAction> Feed(FleetEvent happened)
    {
        (_state, var actions) = MembershipMachine.Advance(_state, happened, Now);
        return actions;
    }

    [LoggerMessage(2010, LogLevel.Warning, "No coordinator leads: this worker began generation {Generation} of job {Job} without {Lost}.")]
    private partial void LogReplaced(string job, long generation, string lost);
}
