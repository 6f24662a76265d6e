using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>When a member counts as dead.</summary>
/// <remarks>
/// A closed stream is a suspicion and becomes a death after <see cref="MembershipTimes.Reconnect"/>, unless more than half of all streams
/// closed together: then it is more likely the observer's own network, and only leases count. A missing lease counts only if the observer saw
/// META answer for one whole lease, in which everybody alive could have renewed.
/// </remarks>
internal static class DeathRules
{
    /// <summary>Cause: the worker itself said that it cannot go on.</summary>
    public const string Failed = "failed";

    /// <summary>Cause: the worker itself said that it finds no memory.</summary>
    public const string OutOfMemory = "out of memory";

    /// <summary>Cause: the stream closed and did not come back.</summary>
    public const string ConnectionClosed = "connection closed";

    /// <summary>Cause: the lease was not renewed.</summary>
    public const string LeaseExpired = "lease expired";

    /// <summary>Cause: alive, but everybody waits for it.</summary>
    public const string Stuck = "stuck";

    /// <summary>Members of a job that are dead, in the plan's order.</summary>
    public static IReadOnlyList<Loss> Find(FleetState state, JobRecord job, TimeSpan now)
    {
        var closings = state.Workers.Values.Where(worker => worker.Phase != MemberPhase.Left).Select(worker => worker.ClosedAt).OfType<TimeSpan>().Order().ToArray();
        var open = state.Workers.Values.Count(worker => worker.IsOpen && worker.Phase is not (MemberPhase.Left or MemberPhase.Fenced));
        return
        [
            .. job.Plan.Members.Select(member => state.Member(member, job.Id))
                .Select(member => (member, cause: CauseOf(state, member, closings, open, now)))
                .Where(entry => entry.cause.Length > 0)
                .Select(entry => new Loss(entry.member.Incarnation, entry.cause, now - LastSign(entry.member, entry.cause, state, now))),
        ];
    }

    private static string CauseOf(FleetState state, WorkerEntry member, TimeSpan[] closings, int open, TimeSpan now)
    {
        if (member.Phase == MemberPhase.Failed)
        {
            return member.Report.Message.StartsWith("OutOfMemory: ", StringComparison.Ordinal) ? OutOfMemory : Failed;
        }

        if (state.Role == ObserverRole.Leader && member.ClosedAt is { } closed && now - closed >= state.Times.Reconnect
            && !IsClosedWithMost(closed, closings, open, state.Times.Reconnect))
        {
            return ConnectionClosed;
        }

        var isOldEnough = member.RegisteredAt == TimeSpan.Zero || state.AnsweredAt - member.RegisteredAt >= state.Times.Lease;
        return isOldEnough && !state.Held.Contains(member.Incarnation) && state.AnsweringFor(now) >= state.Times.Lease ? LeaseExpired : "";
    }

    /// <summary>Whether more than half of the streams that were open closed at about the same time as this one.</summary>
    private static bool IsClosedWithMost(TimeSpan closed, TimeSpan[] closings, int open, TimeSpan window)
    {
        var first = LowerBound(closings, closed - window);
        var together = LowerBound(closings, closed + window + TimeSpan.FromTicks(1)) - first;
        return together * 2 > together + open;
    }

    private static int LowerBound(TimeSpan[] sorted, TimeSpan value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The last sign of life before a death; a member that never came to this observer had its lease until now.</summary>
    private static TimeSpan LastSign(WorkerEntry member, string cause, FleetState state, TimeSpan now) => cause switch
    {
        Failed or OutOfMemory => now,
        ConnectionClosed => member.ClosedAt ?? now,
        // Who is heard, but cannot reach META, has not renewed for one lease at least.
        _ => member.HeardAt > TimeSpan.Zero && member.HeardAt < now - state.Times.Lease ? member.HeardAt : now - state.Times.Lease,
    };
}
