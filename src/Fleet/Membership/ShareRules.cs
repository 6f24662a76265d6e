using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>Who is slow, who is stuck, and when the shards are shared anew. None of it can change a result.</summary>
internal static class ShareRules
{
    private const int StepsBeforeNaming = 5;
    private const int HeartbeatsUntilUnheard = 3;

    /// <summary>Notes whom the others wait for, and names members that have become slow or quick again.</summary>
    public static JobEntry Observe(FleetState state, JobEntry entry, TimeSpan now, List<FleetAction> actions)
    {
        var job = entry.Record;
        var members = job.Plan.Members.Select(member => state.Member(member, job.Id)).ToArray();
        entry = Watch(state, entry, members, now);
        if (entry.JudgedStep == job.Step)
        {
            return entry;
        }

        entry = entry with { JudgedStep = job.Step, SkewedCommits = IsSkewed(state, job) ? entry.SkewedCommits + 1 : 0 };
        return entry.StepSeconds.Length < StepsBeforeNaming ? entry : NameStragglers(state, entry, members, actions);
    }

    /// <summary>Members that everybody has waited for beyond measure: out.</summary>
    public static IEnumerable<Loss> FindStuck(FleetState state, JobEntry entry, TimeSpan now)
    {
        var limit = LimitOf(entry, state.Times.StepsUntilStuck, state.Times.ShortestStuck);
        return entry.Waited.Where(member => now - member.Value.Since > limit)
            .Select(member => new Loss(member.Key, DeathRules.Stuck, now - member.Value.Since));
    }

    /// <summary>Lets the others compute the shards of one that is stuck, or shares anew when that makes steps shorter.</summary>
    public static JobEntry Decide(FleetState state, JobEntry entry, TimeSpan now, List<FleetAction> actions)
    {
        var job = entry.Record;
        var limit = LimitOf(entry, state.Times.StepsUntilHelp, state.Times.ShortestHelp);
        var stuck = entry.Waited.Where(member => now - member.Value.Since > limit).Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
        if (job.Plan.Current.Ranges.Concat(job.Plan.Next.Ranges).Any(share => share.Range.Count > 0 && stuck.Contains(share.Member)))
        {
            Help(state, job, stuck, actions);
            return entry;
        }

        return entry.Waited.IsEmpty && entry.SkewedCommits >= state.Times.CommitsToRebalance && job.Step - entry.PlannedAt >= state.Times.StepsBetweenRebalances
            ? Rebalance(state, entry, actions)
            : entry;
    }

    /// <summary>The next plan would be faster by more than the gain that is worth it.</summary>
    private static bool IsSkewed(FleetState state, JobRecord job)
    {
        var speeds = job.Plan.Next.Ranges.ToDictionary(
            entry => entry.Member, entry => state.Member(entry.Member, job.Id).Report.ShardsPerSecond, StringComparer.Ordinal);
        if (speeds.Count < 2 || speeds.Values.Any(speed => speed <= 0 || !double.IsFinite(speed)))
        {
            return false;
        }

        var balanced = ShardAssignment.Weighted(job.ShardCount, [.. job.Plan.Members], [.. job.Plan.Members.Select(member => speeds[member])]);
        return SecondsOf(balanced) < (1 - state.Times.GainToRebalance) * SecondsOf(job.Plan.Next);

        double SecondsOf(ShardAssignment assignment) => assignment.Ranges.Max(range => range.Range.Count / speeds[range.Member]);
    }

    /// <summary>A stuck member stays a member, but without shards until it moves on: else every step would wait for it anew.</summary>
    private static void Help(FleetState state, JobRecord job, HashSet<string> stuck, List<FleetAction> actions)
    {
        string[] others = [.. job.Plan.Members.Where(member => !stuck.Contains(member))];
        var shares = ShardAssignment.Weighted(
            job.ShardCount, others, [.. others.Select(member => state.Member(member, job.Id).Report.ShardsPerSecond)]);
        var current = job.Plan.At(job.Step).Without(job.ShardCount, stuck);
        actions.Add(new NoteLine(
            job.Id,
            $"everybody waits for {string.Join(", ", stuck.Order(StringComparer.Ordinal).Select(name => state.Member(name, job.Id).Id))} in step {job.Step}; "
            + "the others compute its shards too"));
        actions.Add(new BeginGeneration(
            job.Id, job.Generation, current.Ranges.IsEmpty ? shares : current, shares.WithIdle(job.Plan.Members.Where(stuck.Contains)),
            IsStart: false, [], [], [], "help"));
    }

    private static JobEntry Rebalance(FleetState state, JobEntry entry, List<FleetAction> actions)
    {
        var job = entry.Record;
        var next = ShardAssignment.Weighted(
            job.ShardCount, [.. job.Plan.Members], [.. job.Plan.Members.Select(member => state.Member(member, job.Id).Report.ShardsPerSecond)]);
        actions.Add(new BeginGeneration(job.Id, job.Generation, job.Plan.At(job.Step), next, IsStart: false, [], [], [], "shares follow throughput"));
        return entry with { SkewedCommits = 0, PlannedAt = job.Step };
    }

    /// <summary>
    /// Whom all others wait for, or waited for until it was helped. A member that measures or writes a checkpoint is busy, not stuck; one
    /// that comes after the others (cut off from the bytes, or just woken) keeps them waiting like one that computes.
    /// </summary>
    private static JobEntry Watch(FleetState state, JobEntry entry, WorkerEntry[] members, TimeSpan now)
    {
        var step = entry.Record.Step;
        var waited = entry.Waited.RemoveRange(entry.Waited.Where(known => !members.Any(member =>
            member.Incarnation == known.Key && member.Report.Step == known.Value.Step && Holds(member))).Select(known => known.Key));
        var holding = members.Where(Holds).ToArray();
        if (holding.Length < members.Length && members.All(member => Holds(member) || IsWaiting(member)))
        {
            waited = waited.AddRange(holding.Where(member => !waited.ContainsKey(member.Incarnation))
                .Select(member => KeyValuePair.Create(member.Incarnation, new Standstill(member.Report.Step, now))));
        }

        return entry with { Waited = waited };

        bool IsWaiting(WorkerEntry member) => member.Report.Step == step && member.Report.Part == StepPart.Waiting;

        // What was heard long ago says nothing: whoever is cut off from this observer may train on, and its lease decides.
        bool IsHeard(WorkerEntry member) => now - member.HeardAt <= HeartbeatsUntilUnheard * state.Times.LeaseRenewal;

        bool Holds(WorkerEntry member) => IsHeard(member) && IsBehind(member);

        bool IsBehind(WorkerEntry member) => member.Report.Step == step
            ? member.Report.Part == StepPart.Computing
            : member.Report.Step < step && (member.Report.Part != StepPart.None || member.Report.Status is WorkerStatus.Loading);
    }

    private static JobEntry NameStragglers(FleetState state, JobEntry entry, WorkerEntry[] members, List<FleetAction> actions)
    {
        var named = entry.Stragglers;
        var speeds = members.Select(member => member.Report.ShardsPerSecond).Where(speed => speed > 0).Order().ToArray();
        foreach (var member in members.Where(member => speeds.Length > 1 && member.Report.ShardsPerSecond > 0))
        {
            var speed = member.Report.ShardsPerSecond;
            var own = Array.BinarySearch(speeds, speed);
            var middle = (speeds.Length - 1) / 2;
            var part = speed / speeds[middle < own ? middle : middle + 1];
            if (part < state.Times.StragglerBelow && !named.Contains(member.Incarnation))
            {
                named = named.Add(member.Incarnation);
                actions.Add(new NoteLine(entry.Record.Id, $"{member.Id} is a straggler: {speed:0.##} shards/s, {part:P0} of the others' median; its share follows"));
            }
            else if (part > (1 + state.Times.StragglerBelow) / 2 && named.Contains(member.Incarnation))
            {
                named = named.Remove(member.Incarnation);
                actions.Add(new NoteLine(entry.Record.Id, $"{member.Id} keeps up again ({speed:0.##} shards/s)"));
            }
        }

        return entry with { Stragglers = named };
    }

    private static TimeSpan? LimitOf(JobEntry entry, double steps, TimeSpan shortest) => entry.StepSeconds.Length < 3
        ? null
        : TimeSpan.FromSeconds(Math.Max(shortest.TotalSeconds, steps * entry.MedianStepSeconds));
}
