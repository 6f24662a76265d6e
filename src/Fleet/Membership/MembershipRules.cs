using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>Decides who belongs to a job. Pure: (job, workers, time) to a decision.</summary>
public static class MembershipRules
{
    /// <summary>Decides about the next generation; null when nothing is to be done.</summary>
    /// <param name="job">The job as META has it.</param>
    /// <param name="workers">Every incarnation that the observer knows, plus members it only knows from the plan.</param>
    /// <param name="storeAnsweringFor">For how long META has answered without a gap: a missing lease counts only after one whole lease.</param>
    /// <param name="gatheringFor">How long at least one worker has been ready for the start.</param>
    /// <param name="times">The intervals.</param>
    public static MembershipDecision? Decide(
        JobRecord job, IReadOnlyList<WorkerView> workers, TimeSpan storeAnsweringFor, TimeSpan gatheringFor, MembershipTimes times) => job.State switch
        {
            JobState.Queued => DecideStart(job, workers, gatheringFor, times),
            JobState.Running => DecideChange(job, workers, storeAnsweringFor, times),
            _ => null,
        };

    /// <summary>Workers that a job may still be given, best first.</summary>
    public static IReadOnlyList<WorkerView> Candidates(JobRecord job, IReadOnlyList<WorkerView> workers)
    {
        var given = workers.Count(worker => worker.Job == job.Id && worker.ClosedFor is null && worker.Status != WorkerStatus.Failed);
        return [.. workers
            .Where(worker => worker.Job.Length == 0 && worker.ClosedFor is null && !worker.IsLeaving && worker.Status == WorkerStatus.Idle)
            .Where(worker => job.NumericClass.Length == 0 || worker.NumericClass == job.NumericClass)
            .OrderBy(worker => worker.Id, StringComparer.Ordinal)
            .Take(Math.Max(0, job.MaximumWorkers - given))];
    }

    private static MembershipDecision? DecideStart(JobRecord job, IReadOnlyList<WorkerView> workers, TimeSpan gatheringFor, MembershipTimes times)
    {
        var ready = ReadyFor(job, workers);
        var isLoading = workers.Any(worker => worker.Job == job.Id && worker.ClosedFor is null && worker.Status == WorkerStatus.Loading);
        var isComplete = ready.Count >= job.MaximumWorkers || (job.IsAnyNumberWelcome && !isLoading && gatheringFor >= TimeSpan.FromSeconds(1));
        if (ready.Count < job.MinimumWorkers || ready.Count == 0 || (!isComplete && gatheringFor < times.Gathering))
        {
            return null;
        }

        var assignment = Balance(job, ready);
        return new(assignment, assignment, IsStart: true, [], [], [.. ready.Select(worker => worker.Incarnation)]);
    }

    private static MembershipDecision? DecideChange(JobRecord job, IReadOnlyList<WorkerView> workers, TimeSpan storeAnsweringFor, MembershipTimes times)
    {
        var byIncarnation = workers.ToDictionary(worker => worker.Incarnation);
        var members = job.Plan.Members.Select(member => byIncarnation[member]).ToArray();
        var closedTogether = members.Count(member => member.ClosedFor is not null) * 2 > members.Length;
        var lost = new List<(string, string)>();
        var left = new List<string>();
        foreach (var member in members)
        {
            if (member.IsLeaving)
            {
                left.Add(member.Incarnation);
            }
            else if (CauseOfDeath(member, closedTogether, storeAnsweringFor, times) is { } cause)
            {
                lost.Add((member.Incarnation, cause));
            }
        }

        var gone = lost.Select(entry => entry.Item1).Concat(left).ToHashSet();
        var survivors = members.Where(member => !gone.Contains(member.Incarnation)).ToArray();
        var joiners = ReadyFor(job, workers).Where(worker => !job.Plan.Members.Contains(worker.Incarnation))
            .Take(Math.Max(0, job.MaximumWorkers - survivors.Length)).ToArray();
        if (gone.Count == 0 && joiners.Length == 0)
        {
            return null;
        }

        var current = job.Plan.At(job.Step).Without(job.ShardCount, gone);
        var next = Balance(job, [.. survivors, .. joiners]);
        return new(survivors.Length == 0 ? next : current, next, IsStart: false, lost, left, [.. joiners.Select(joiner => joiner.Incarnation)]);
    }

    private static string? CauseOfDeath(WorkerView member, bool closedTogether, TimeSpan storeAnsweringFor, MembershipTimes times)
    {
        if (member.Status == WorkerStatus.Failed)
        {
            return "failed";
        }

        if (member.ClosedFor >= times.Reconnect && !closedTogether)
        {
            return "connection closed";
        }

        return !member.HasLease && storeAnsweringFor >= times.Lease ? "lease expired" : null;
    }

    private static List<WorkerView> ReadyFor(JobRecord job, IReadOnlyList<WorkerView> workers) =>
        [.. workers
            .Where(worker => worker.Job == job.Id && worker.Status == WorkerStatus.Ready && worker.ClosedFor is null && !worker.IsLeaving)
            .Where(worker => worker.NumericClass == job.NumericClass && worker.Step >= job.Step - 1)
            .OrderBy(worker => worker.Id, StringComparer.Ordinal).ThenBy(worker => worker.Incarnation, StringComparer.Ordinal)
            .Take(Math.Min(job.MaximumWorkers, job.ShardCount))];

    private static ShardAssignment Balance(JobRecord job, IReadOnlyList<WorkerView> workers) => workers.Count == 0
        ? ShardAssignment.Empty
        : ShardAssignment.Weighted(
            job.ShardCount, [.. workers.Select(worker => worker.Incarnation)], [.. workers.Select(worker => worker.ShardsPerSecond)]);
}
