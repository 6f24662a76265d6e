using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>The coordinator is killed at each named point once; a new one goes on from META.</summary>
[Collection(CrashFleet.Name)]
public sealed class CoordinatorCrashPointTests(CrashFleet crash)
{
    /// <summary>The others compute a dead one's part by themselves: a short job would be done before the next coordinator leads.</summary>
    private const int LongSteps = 60;

    /// <summary>Until the leases of the first leader and of the dead worker have ended, and for a while after.</summary>
    private const int LongerSteps = 120;

    [Theory]
    [InlineData("coordinator.before-generation")]
    [InlineData("coordinator.after-generation")]
    [InlineData("coordinator.assigned")]
    public async Task A_job_whose_start_kills_the_coordinator_starts_under_the_next_one(string point)
    {
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero, point);
        var submitting = crash.SubmitAsync(workers: 2);

        await crash.Fleet.Coordinator.DiesAsync(point);
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        var job = await submitting;
        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Workers.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("coordinator.before-generation@2")]
    [InlineData("coordinator.after-generation@2")]
    public async Task A_coordinator_that_dies_while_it_replaces_a_dead_worker_leaves_the_rest_to_the_next_one(string point)
    {
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero, point);
        await using var mortal = await crash.ArmAsync("worker.committed@3");
        var job = await crash.SubmitAsync(workers: 3, LongSteps);

        await mortal.DiesAsync("worker.committed@3");
        await crash.Fleet.Coordinator.DiesAsync(point);
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_job_that_was_admitted_without_an_answer_is_the_same_job_when_the_request_comes_again()
    {
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero, "coordinator.admitted");
        var request = new CreateTrainingJobRequest { RequestId = "admitted-once", Spec = crash.Specification(2) };
        await crash.Fleet.WorkersAreIdleAsync("steady-1", "steady-2");
        var before = await crash.Fleet.Jobs.ListTrainingJobsAsync(new() { PageSize = 1000 });

        var unanswered = await Should.ThrowAsync<RpcException>(async () => await crash.Fleet.Jobs.CreateTrainingJobAsync(request));
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        var job = await crash.Fleet.Jobs.CreateTrainingJobAsync(request);
        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        unanswered.StatusCode.ShouldBe(StatusCode.Unavailable);
        var all = await crash.Fleet.Jobs.ListTrainingJobsAsync(new() { PageSize = 1000 });
        all.Jobs.Count.ShouldBe(before.Jobs.Count + 1);
        await crash.ShouldBeWholeAsync(end, steps);
    }

    [Fact]
    public async Task A_leader_that_was_frozen_before_a_new_generation_is_refused_when_it_wakes()
    {
        const string Point = "coordinator.before-generation@2:stop";
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero, Point);
        await using var mortal = await crash.ArmAsync("worker.committed@3");
        var job = await crash.SubmitAsync(workers: 3, LongerSteps);
        await mortal.DiesAsync("worker.committed@3");
        await crash.Fleet.Coordinator.FreezesAsync(Point);

        await using (var second = crash.Fleet.StartSecondCoordinator())
        {
            using var channel = GrpcChannel.ForAddress(await second.ReadyAsync());
            var jobs = new TrainingJobService.TrainingJobServiceClient(channel);
            await WakeAfterAsync(async () =>
            {
                // The second leader replaces the dead one, or a member did while nobody led.
                await second.SaysAsync(" leads (");
                while ((await jobs.GetTrainingJobAsync(new() { Id = job.Id }, deadline: DateTime.UtcNow.AddSeconds(30))) is { Generation: < 2, EndTime: null })
                {
                    await Task.Delay(50);
                }
            });
            var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

            end.Generation.ShouldBe(2);
            end.Result.Recoveries.ShouldHaveSingleItem();
            await second.DisposeAsync();
            await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero);
            await crash.ShouldBeWholeAsync(end, steps);
        }
    }

    [Fact]
    public async Task Two_coordinators_that_both_believe_to_lead_change_nothing()
    {
        const string Point = "coordinator.leading@4:stop";
        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero, Point);
        var job = await crash.SubmitAsync(workers: 2, steps: 40);
        await using (var second = crash.Fleet.StartSecondCoordinator())
        {
            await crash.Fleet.Coordinator.FreezesAsync(Point);
            await WakeAfterAsync(() => second.SaysAsync(" leads ("));
            await crash.Fleet.Coordinator.SaysAsync(" follows: ");
        }

        await crash.Fleet.RestartCoordinatorAsync(TimeSpan.Zero);
        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await crash.ShouldBeWholeAsync(end, steps);
    }

    /// <summary>The frozen coordinator goes on when something has happened, and in any case.</summary>
    private async Task WakeAfterAsync(Func<Task> happenAsync)
    {
        try
        {
            await happenAsync();
        }
        finally
        {
            crash.Fleet.Coordinator.Signal("CONT");
        }
    }
}
