using CsCheck;
using LightlyCluster.Fleet.Scheduling;

namespace LightlyCluster.Fleet.Tests.Scheduling;

public sealed class FleetSchedulerTests
{
    private static readonly Gen<JobDemand[]> Jobs = Gen.Select(Gen.Int[0, 2], Gen.Int[1, 4], Gen.Int[0, 5], Gen.Int[0, 2].Select(index => new[] { "", "a", "b" }[index])).Array[0, 5]
        .Select(jobs => jobs.Select((job, index) => new JobDemand($"job{index}", job.Item1, index, job.Item2, job.Item2 + job.Item3, job.Item4)).ToArray());

    private static readonly Gen<WorkerOffer[]> Workers = Gen.Select(Gen.Int[0, 1].Select(index => new[] { "a", "b" }[index]), Gen.Int[-1, 4], Gen.Bool, Gen.Int[-1, 4]).Array[0, 12]
        .Select(workers => workers.Select((worker, index) => new WorkerOffer(
            $"worker{index}", $"worker{index}", worker.Item1, worker.Item2 < 0 ? "" : $"job{worker.Item2}", worker.Item3,
            worker.Item4 < 0 ? new HashSet<string>() : [$"job{worker.Item4}"])).ToArray());

    [Fact]
    public void A_job_gets_its_minimum_or_nothing_and_never_more_than_its_maximum() => Gen.Select(Jobs, Workers).Sample((jobs, workers) =>
    {
        var allotment = FleetScheduler.Allot(jobs, workers);

        return jobs.All(job => allotment.Targets[job.Id] == allotment.JobOf.Values.Count(id => id == job.Id)
            && (allotment.Targets[job.Id] == 0 ? allotment.Shortages.ContainsKey(job.Id) : allotment.Targets[job.Id] >= job.Minimum)
            && allotment.Targets[job.Id] <= job.Maximum);
    });

    [Fact]
    public void Workers_of_a_job_are_of_one_numeric_class_and_not_barred_from_it() => Gen.Select(Jobs, Workers).Sample((jobs, workers) =>
    {
        var given = FleetScheduler.Allot(jobs, workers).JobOf.Select(pair => (Worker: workers.Single(worker => worker.Incarnation == pair.Key), Job: pair.Value)).ToArray();

        return given.All(entry => !entry.Worker.Barred.Contains(entry.Job))
            && given.GroupBy(entry => entry.Job).All(group => group.Select(entry => entry.Worker.NumericClass).Distinct().Count() == 1)
            && given.All(entry => jobs.Single(job => job.Id == entry.Job).NumericClass is var wanted && (wanted.Length == 0 || wanted == entry.Worker.NumericClass));
    });

    [Fact]
    public void The_order_of_the_inputs_decides_nothing() => Gen.Select(Jobs, Workers).Sample((jobs, workers) =>
        FleetScheduler.Allot(jobs, workers).JobOf.SequenceEqual(FleetScheduler.Allot(jobs.Reverse(), workers.Reverse()).JobOf));

    [Fact]
    public void What_was_decided_for_jobs_and_workers_without_reservations_is_decided_again() => Gen.Select(Jobs, Workers).Sample((jobs, workers) =>
    {
        var known = jobs.Where(job => job.NumericClass.Length > 0).ToArray();
        var open = workers.Select(worker => worker with { Barred = new HashSet<string>() }).ToArray();
        var first = FleetScheduler.Allot(known, open);
        var followed = open.Select(worker => worker with { Job = first.JobOf.GetValueOrDefault(worker.Incarnation, ""), IsMember = true });

        return FleetScheduler.Allot(known, followed).JobOf.SequenceEqual(first.JobOf);
    });

    [Fact]
    public void A_job_that_waits_could_not_have_its_minimum_from_what_is_left() => Gen.Select(Jobs, Workers).Sample((jobs, workers) =>
    {
        var allotment = FleetScheduler.Allot(jobs, workers);
        var idle = workers.Where(worker => !allotment.JobOf.ContainsKey(worker.Incarnation)).ToArray();

        return jobs.Where(job => allotment.Shortages.ContainsKey(job.Id) && job.NumericClass.Length > 0)
            .All(job => idle.Count(worker => worker.NumericClass == job.NumericClass && !worker.Barred.Contains(job.Id)) < job.Minimum);
    });

    [Fact]
    public void The_higher_priority_comes_first_and_the_older_among_equals()
    {
        var jobs = new[] { Job("old", 0, 0), Job("new", 0, 1), Job("high", 5, 2) };

        FleetScheduler.Allot(jobs, [Worker("a", "old")]).JobOf["a"].ShouldBe("high");
        FleetScheduler.Allot(jobs[..2], [Worker("a", "new")]).JobOf["a"].ShouldBe("old");
        FleetScheduler.Allot(jobs, [Worker("a", "old")]).Shortages["old"].Message.ShouldBe("waits for 1 more worker (has 0, minimum 1); job high comes first");
    }

    [Fact]
    public void The_rest_is_shared_evenly_and_workers_stay_where_they_are()
    {
        var jobs = new[] { Job("one", 0, 0), Job("two", 0, 1) };
        var workers = new[] { Worker("a", "one"), Worker("b", "one"), Worker("c", "one"), Worker("d", "") };

        var allotment = FleetScheduler.Allot(jobs, workers);

        allotment.JobOf.Where(pair => pair.Value == "one").Select(pair => pair.Key).ShouldBe(["a", "b"]);
        allotment.JobOf.Where(pair => pair.Value == "two").Select(pair => pair.Key).ShouldBe(["c", "d"]);
    }

    private static JobDemand Job(string id, int priority, long created, int minimum = 1, int maximum = 8) => new(id, priority, created, minimum, maximum, "class");

    private static WorkerOffer Worker(string id, string job) => new(id, id, "class", job, IsMember: job.Length > 0, new HashSet<string>());
}
