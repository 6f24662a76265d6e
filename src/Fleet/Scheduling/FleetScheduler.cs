namespace LightlyCluster.Fleet.Scheduling;

/// <summary>Gives workers to jobs: first everybody's minimum by priority and age, then the rest evenly within the highest priority.</summary>
/// <remarks>
/// Gang scheduling of the minimum only: a job gets its minimum or nothing. A worker stays where it is as long as the numbers allow it.
/// Pure and independent of the order of its inputs.
/// </remarks>
public static class FleetScheduler
{
    /// <summary>Decides for all jobs and workers at once.</summary>
    /// <param name="jobs">Jobs that want workers; identifiers are unique.</param>
    /// <param name="workers">Workers that are there; incarnations are unique.</param>
    public static Allotment Allot(IEnumerable<JobDemand> jobs, IEnumerable<WorkerOffer> workers)
    {
        var offers = workers.OrderBy(worker => worker.Id, StringComparer.Ordinal).ThenBy(worker => worker.Incarnation, StringComparer.Ordinal).ToArray();
        var queue = jobs.OrderByDescending(job => job.Priority).ThenBy(job => job.Created).ThenBy(job => job.Id, StringComparer.Ordinal)
            .Select(job => new Claim(job)).ToArray();
        var free = new HashSet<WorkerOffer>(offers, ReferenceEqualityComparer.Instance);
        foreach (var claim in queue)
        {
            TakeMinimum(claim, queue, offers, free);
        }

        GiveRest(queue, free);
        var jobOf = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (claim, worker) in queue.SelectMany(claim => claim.Workers.Select(worker => (claim, worker))))
        {
            jobOf.Add(worker.Incarnation, claim.Job.Id);
        }

        return new(
            jobOf,
            queue.ToDictionary(claim => claim.Job.Id, claim => claim.Workers.Count),
            queue.Where(claim => claim.Shortage is not null).ToDictionary(claim => claim.Job.Id, claim => claim.Shortage!));
    }

    private static void TakeMinimum(Claim claim, Claim[] queue, WorkerOffer[] offers, HashSet<WorkerOffer> free)
    {
        var job = claim.Job;
        claim.NumericClass = ClassFor(job, offers, free);
        var able = offers.Where(claim.Accepts).ToArray();
        var available = able.Count(free.Contains);
        var minimum = Math.Max(1, job.Minimum);
        if (available < minimum)
        {
            var before = queue.TakeWhile(other => other != claim).LastOrDefault(other => other.Workers.Exists(able.Contains));
            var others = offers.Count(worker => worker.NumericClass != claim.NumericClass && free.Contains(worker));
            claim.Shortage = new(available, minimum, claim.NumericClass.Length > 0 ? others : 0, before?.Job.Id ?? "");
            return;
        }

        claim.Candidates = new(InOrderOfPreference(able.Where(free.Contains), claim, queue));
        for (var given = 0; given < minimum; given++)
        {
            claim.TakeNext(free);
        }
    }

    private static void GiveRest(Claim[] queue, HashSet<WorkerOffer> free)
    {
        while (queue
            .Where(claim => claim.Shortage is null && claim.Workers.Count < claim.Job.Maximum && claim.HasNext(free))
            .OrderByDescending(claim => claim.Job.Priority).ThenBy(claim => claim.Workers.Count)
            .FirstOrDefault() is { } next)
        {
            next.TakeNext(free);
        }
    }

    /// <summary>Own members, own workers, idle ones, and then those of jobs that will not keep them all, from the last one on.</summary>
    private static IEnumerable<WorkerOffer> InOrderOfPreference(IEnumerable<WorkerOffer> workers, Claim claim, Claim[] queue)
    {
        var all = workers.ToLookup(worker => worker.Job == claim.Job.Id ? 0 : worker.Job.Length == 0 ? 1 : 2);
        return all[0].OrderByDescending(worker => worker.IsMember)
            .Concat(all[1])
            .Concat(all[2].Reverse().OrderByDescending(worker => Array.FindIndex(queue, other => other.Job.Id == worker.Job)).ThenBy(worker => worker.IsMember));
    }

    /// <summary>The job's class; a job without one takes that of its workers, otherwise the one with the most free workers.</summary>
    private static string ClassFor(JobDemand job, WorkerOffer[] offers, HashSet<WorkerOffer> free) => job.NumericClass.Length > 0
        ? job.NumericClass
        : offers.Where(worker => free.Contains(worker) && !worker.Barred.Contains(job.Id))
            .GroupBy(worker => worker.NumericClass)
            .OrderByDescending(group => group.Count(worker => worker.Job == job.Id)).ThenByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .FirstOrDefault()?.Key ?? "";

    private sealed class Claim(JobDemand job)
    {
        public JobDemand Job { get; } = job;

        public string NumericClass { get; set; } = "";

        public List<WorkerOffer> Workers { get; } = [];

        public Shortage? Shortage { get; set; }

        public Queue<WorkerOffer> Candidates { get; set; } = [];

        public bool HasNext(HashSet<WorkerOffer> free)
        {
            while (Candidates.TryPeek(out var first) && !free.Contains(first))
            {
                Candidates.Dequeue();
            }

            return Candidates.Count > 0;
        }

        public void TakeNext(HashSet<WorkerOffer> free)
        {
            Invariant.Require(HasNext(free), "a job takes only workers that are free");
            var worker = Candidates.Dequeue();
            free.Remove(worker);
            Workers.Add(worker);
        }

        public bool Accepts(WorkerOffer worker) => worker.NumericClass == NumericClass && !worker.Barred.Contains(Job.Id);
    }
}
