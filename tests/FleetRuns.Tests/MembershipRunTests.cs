using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Pauses, coordinators, several jobs, a store that is away: real processes, and always the bits of one undisturbed worker.</summary>
public sealed class MembershipRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_paused_worker_is_fenced_and_comes_back_as_a_new_incarnation_when_it_wakes()
    {
        var (images, expected) = await PrepareAsync(60);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(3);
        var job = await fleet.SubmitAsync(JobOf(images, 1, 3, 60));
        var woken = Task.CompletedTask;

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, () =>
        {
            fleet.Workers[1].Signal("STOP");
            woken = WakeAsync();
        }), timeoutSeconds: 120);
        await woken;

        FaultTests.ShouldBeWhole(end, steps, expected);
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        lost.Cause.ShouldBe("lease expired");
        lost.DetectionSeconds.ShouldBeInRange(2, 20);
        end.Result.Workers.Count(worker => worker.Id == "worker-1").ShouldBe(2);

        async Task WakeAsync()
        {
            while ((await fleet.Jobs.GetTrainingJobAsync(new() { Id = job.Id })).Result.Recoveries.Count == 0)
            {
                await Task.Delay(100);
            }

            fleet.Workers[1].Signal("CONT");
        }
    }

    [Fact]
    public async Task While_no_coordinator_leads_a_member_replaces_a_dead_one()
    {
        var (images, expected) = await PrepareAsync(60);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(3);
        var job = await fleet.SubmitAsync(JobOf(images, 1, 3, 60));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, async () =>
        {
            fleet.Coordinator.Signal("KILL");
            fleet.Workers[2].Signal("KILL");
            await Task.WhenAny(fleet.Workers[0].SaysAsync("No coordinator leads"), fleet.Workers[1].SaysAsync("No coordinator leads"));
            await fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        }), timeoutSeconds: 120);

        FaultTests.ShouldBeWhole(end, steps, expected);
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        (lost.Worker, lost.Cause).ShouldBe(("worker-2", "lease expired"));
    }

    [Fact]
    public async Task Of_two_coordinators_one_leads_and_the_other_takes_over()
    {
        var (images, expected) = await PrepareAsync(60);
        await using var fleet = await TestFleet.StartAsync(_folder);
        var other = await fleet.AddCoordinatorAsync();
        fleet.AddWorkers(2);
        var job = await fleet.SubmitAsync(JobOf(images, 2, 2, 60));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, () => fleet.Coordinator.Signal("KILL")), timeoutSeconds: 120, client: other);

        FaultTests.ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldBeEmpty();
        (await other.ListWorkersAsync(new())).Workers.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_of_higher_priority_runs_first_and_the_lower_one_goes_on_with_the_same_bits()
    {
        var (images, expected) = await PrepareAsync(30);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(2);
        var low = await fleet.SubmitAsync(JobOf(images, 2, 2, 30));
        TrainingJob? high = null;

        var (end, steps) = await fleet.FollowAsync(low.Id, TestFleet.At(4, async () =>
        {
            var urgent = JobOf(images, 2, 2, 6);
            urgent.Workers.Priority = 10;
            high = await fleet.SubmitAsync(urgent);
        }), timeoutSeconds: 120);

        FaultTests.ShouldBeWhole(end, steps, expected);
        var first = await fleet.Jobs.GetTrainingJobAsync(new() { Id = high!.Id });
        first.State.ShouldBe(TrainingJob.Types.State.Succeeded);
        first.EndTime.ShouldBeLessThan(end.EndTime);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_below_its_minimum_says_what_it_waits_for_and_pause_and_resume_cost_nothing()
    {
        var (images, expected) = await PrepareAsync(14);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(JobOf(images, 2, 2, 14));
        while ((await fleet.Jobs.GetTrainingJobAsync(new() { Id = job.Id })).Message != "waits for 1 more worker (has 1, minimum 2)")
        {
            await Task.Delay(100);
        }

        fleet.AddWorkers(1);
        var (paused, before) = await fleet.FollowAsync(job.Id, TestFleet.At(3, async () =>
            await fleet.Jobs.PauseTrainingJobAsync(new() { Id = job.Id, RequestId = "pause-1" })));
        paused.State.ShouldBe(TrainingJob.Types.State.Paused);
        await fleet.Jobs.ResumeTrainingJobAsync(new() { Id = job.Id, RequestId = "resume-1" });
        await fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        await fleet.Jobs.PauseTrainingJobAsync(new() { Id = job.Id, RequestId = "pause-1" });
        var (end, steps) = await fleet.FollowAsync(job.Id);

        before.Count.ShouldBeLessThan(14);
        FaultTests.ShouldBeWhole(end, steps, expected);
    }

    [Fact]
    public async Task When_META_is_away_for_longer_than_a_lease_everybody_waits_and_nobody_dies()
    {
        var (images, expected) = await PrepareAsync(30);
        await using var fleet = await TestFleet.StartAsync(_folder, TestStore.Redis);
        fleet.AddWorkers(2);
        var job = await fleet.SubmitAsync(JobOf(images, 1, 2, 30));

        var (end, steps) = await fleet.FollowAsync(
            job.Id, TestFleet.At(4, () => fleet.Store.RestartMetaAsync(TimeSpan.FromSeconds(5))), timeoutSeconds: 120);

        FaultTests.ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    private static TrainingJobSpec JobOf(string images, int minimum, int maximum, int steps)
    {
        var job = EqualBitsTests.JobOf(images, "simclr", maximum, steps);
        job.Workers = new() { Min = minimum, Max = maximum };
        return job;
    }

    private async Task<(string Images, string Expected)> PrepareAsync(int steps)
    {
        var images = TestImages.Make(_folder);
        return (images, await FaultTests.ReferenceAsync(_folder, images, "simclr", steps));
    }
}
