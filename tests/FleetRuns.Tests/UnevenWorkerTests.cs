using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Workers that are slow or stuck: who does how much changes, what is trained does not.</summary>
public sealed class UnevenWorkerTests : IAsyncLifetime
{
    private const int Horizon = 3000;
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private TestFleet? _fleet;
    private string _images = "";

    private TestFleet Fleet => _fleet!;

    public async ValueTask InitializeAsync()
    {
        _images = TestImages.Make(_folder);
        _fleet = await TestFleet.StartAsync(_folder, TestStore.Redis);
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_worker_half_as_fast_gets_about_half_the_shards_and_is_named()
    {
        // A shard takes some 10 ms more than the wait, on both.
        await using var fast = Fleet.AddWorker("fast", "worker.mid-forward:slow=30");
        await using var slow = Fleet.AddWorker("slow", "worker.mid-forward:slow=75");
        await Fleet.WorkersAreIdleAsync("fast", "slow");
        TrainingJob? since = null;
        var share = 0.0;

        // The shares of the newest 20 steps, until they follow what was measured; a fleet that never balances runs into the timeout.
        var (end, steps) = await RunUntilAsync(2, job =>
        {
            since ??= job;
            if (job.Step < since.Step + 20)
            {
                return false;
            }

            share = ShardsSince(since, job, "slow") / ShardsSince(since, job, "fast");
            since = job;
            return share is > 0.4 and < 0.65;
        });

        await ShouldBeWholeAsync(end, steps, fast, slow);
        share.ShouldBeInRange(0.4, 0.65);
        end.Generation.ShouldBeGreaterThan(1);
        end.Result.Workers.Single(worker => worker.Id == "slow").Note.ShouldBe("straggler");
        await Fleet.Coordinator.SaysAsync("slow is a straggler: ");
    }

    [Fact]
    public async Task A_worker_that_hangs_is_helped_then_fenced_and_takes_part_again_when_it_wakes()
    {
        await using var first = Fleet.AddWorker("first");
        await using var second = Fleet.AddWorker("second");
        await using var hanging = Fleet.AddWorker("hanging", "worker.mid-forward@14:hang=14000");
        await Fleet.WorkersAreIdleAsync("first", "second", "hanging");

        var (end, steps) = await RunUntilAsync(3, job => job.Result.Workers.Count(worker => worker.Id == "hanging" && worker.Shards > 0) == 2);

        await ShouldBeWholeAsync(end, steps, first, second, hanging);
        await Fleet.Coordinator.SaysAsync("everybody waits for hanging");
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        (lost.Worker, lost.Cause).ShouldBe(("hanging", "stuck"));

        // It hung in step 14 and was helped: steps went on until it was given up.
        lost.Step.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task A_worker_that_never_wakes_ends_itself()
    {
        Assert.SkipUnless(LongTests.AreWanted, LongTests.Reason);
        await using var steady = Fleet.AddWorker("steady");
        await using var hanging = Fleet.AddWorker("hanging", "worker.mid-forward@14:hang=600000");
        await Fleet.WorkersAreIdleAsync("steady", "hanging");

        var (end, steps) = await RunUntilAsync(2, _ => hanging.Process.HasExited);

        hanging.Process.ExitCode.ShouldBe(134, hanging.Said);
        hanging.Said.ShouldContain("cannot drop its part");
        end.Result.Recoveries.ShouldHaveSingleItem().Cause.ShouldBe("stuck");
        await ShouldBeWholeAsync(end, steps, steady, hanging);
    }

    /// <summary>Trains until something holds, then pauses.</summary>
    private async Task<(TrainingJob End, IReadOnlyList<StepMetrics> Steps)> RunUntilAsync(int workers, Func<TrainingJob, bool> isDone)
    {
        var id = (await Fleet.SubmitAsync(Specification(workers))).Id;
        return await Fleet.FollowAsync(
            id,
            async step =>
            {
                if (step.Step % 5 == 0 && isDone(await Fleet.Jobs.GetTrainingJobAsync(new() { Id = id })))
                {
                    await Fleet.Jobs.PauseTrainingJobAsync(new() { Id = id });
                }
            },
            timeoutSeconds: 120);
    }

    private static double ShardsSince(TrainingJob then, TrainingJob now, string worker) =>
        now.Result.Workers.Single(record => record.Id == worker).Shards - then.Result.Workers.Single(record => record.Id == worker).Shards;

    /// <summary>Compares with one worker that nothing befalls, up to the same step; the others end before.</summary>
    private async Task ShouldBeWholeAsync(TrainingJob end, IReadOnlyList<StepMetrics> steps, params ChildProcess[] workers)
    {
        end.State.ShouldBe(TrainingJob.Types.State.Paused, $"{end.Reason} {end.Message}");
        end.Result.Samples.Lost.ShouldBe(0);
        end.Result.Samples.RepeatedCount.ShouldBe(0);
        end.Result.Samples.Committed.ShouldBe(end.Step * 24);
        steps.Select(step => step.Step).ShouldBe(Enumerable.Range(1, (int)end.Step).Select(step => (long)step));
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }

        await using var alone = Fleet.AddWorker("alone");
        var specification = Specification(1);
        specification.Checkpoint = new() { StopAfterStep = end.Step };
        var (expected, _) = await Fleet.FollowAsync((await Fleet.SubmitAsync(specification)).Id, timeoutSeconds: 120);
        end.Result.StateHash.ShouldBe(expected.Result.StateHash);
    }

    private TrainingJobSpec Specification(int workers) => new()
    {
        Data = new() { Path = _images, ImageSize = 32 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.125 },
        Train = new() { BatchSize = 24, Shards = 6, Steps = Horizon, Seed = 17 },
        Workers = new() { Min = 1, Max = workers },
        Evaluate = new() { Knn = false },
    };
}
