namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A worker is killed at each named point once: the same bits, every sample once.</summary>
[Collection(CrashFleet.Name)]
public sealed class WorkerCrashPointTests(CrashFleet crash)
{
    /// <summary>Enough for somebody to come while the job runs.</summary>
    private const int LongSteps = 60;

    [Theory]
    [InlineData("worker.mid-forward@3")]
    [InlineData("worker.payload-written@2")]
    [InlineData("worker.published@2")]
    [InlineData("worker.published@2", "peer")]
    [InlineData("worker.committed@3")]
    [InlineData("worker.committed@3", "peer")]
    [InlineData("worker.mid-apply@3")]
    public async Task A_worker_that_dies_inside_a_step_changes_nothing(string point, string transport = "redis")
    {
        await using var armed = await crash.ArmAsync(point);
        var job = await crash.SubmitAsync(workers: 3, transport: transport);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await armed.DiesAsync(point);
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("worker.half-gathered")]
    [InlineData("worker.reduced-written")]
    [InlineData("worker.pointer-published")]
    [InlineData("worker.pointer-published", "peer")]
    [InlineData("worker.reduced-written:slow=100,worker.commit-reply-lost")] // who publishes the last chunk commits: slow is last
    public async Task An_owner_of_chunks_that_dies_changes_nothing(string point, string transport = "redis")
    {
        // Ten chunks: that one of two workers owns none or all of them (by a hash of incarnations) has a chance of 1 in 500.
        await using var armed = await crash.ArmAsync(point);
        var job = await crash.SubmitAsync(workers: 2, steps: 8, width: 0.5, transport: transport);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await armed.DiesAsync(point);
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("abort", 134)]
    [InlineData("segfault", 139)]
    public async Task Native_code_that_aborts_is_a_death_like_any_other(string fault, int exitCode)
    {
        await using var armed = await crash.ArmAsync($"worker.mid-forward@3:{fault}");
        var job = await crash.SubmitAsync(workers: 3);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await armed.DiesAsync($"worker.mid-forward@3:{fault}", exitCode);
        await crash.ShouldBeWholeAsync(end, steps);
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        lost.Cause.ShouldBe("connection closed");
    }

    [Fact]
    public async Task A_worker_that_finds_no_memory_says_so_and_the_others_go_on()
    {
        await using var armed = await crash.ArmAsync("worker.mid-forward@3:memory");
        var job = await crash.SubmitAsync(workers: 3);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldHaveSingleItem().Cause.ShouldBe("out of memory");
        armed.Process.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task A_worker_that_dies_after_its_assignment_is_replaced()
    {
        await using var armed = await crash.ArmAsync("worker.assigned");
        var job = await crash.SubmitAsync(workers: 2);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await armed.DiesAsync("worker.assigned");
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Workers.Count.ShouldBe(2);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_that_dies_while_it_leaves_changes_nothing()
    {
        await using var armed = await crash.ArmAsync("worker.leaving");
        var job = await crash.SubmitAsync(workers: 3);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, TestFleet.At(2, () => armed.Signal("TERM")), 120);

        await armed.DiesAsync("worker.leaving");
        await crash.ShouldBeWholeAsync(end, steps);
    }

    [Theory]
    [InlineData("worker.checkpoint-written@2")]
    [InlineData("worker.checkpoint-renamed@2")]
    public async Task The_only_worker_that_dies_in_a_checkpoint_is_replaced_and_the_checkpoint_before_holds(string point)
    {
        await using var armed = await crash.ArmAsync(point);
        var job = await crash.SubmitAsync(workers: 1, checkpointEvery: 2);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        await armed.DiesAsync(point);
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldHaveSingleItem();
        Directory.GetFiles(Path.Combine(end.OutputUri, "checkpoints"), "last.safetensors").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_donor_that_dies_in_the_middle_of_a_snapshot_is_replaced()
    {
        await using var donor = await crash.ArmAsync("worker.mid-snapshot");
        await using var joiner = crash.Fleet.AddWorker("joiner-of-donor", "worker.starting:stop");
        await joiner.FreezesAsync("worker.starting");
        var job = await crash.SubmitAsync(workers: 0, LongSteps);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, TestFleet.At(2, () => joiner.Signal("CONT")), 120);

        await donor.DiesAsync("worker.mid-snapshot");
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Workers.ShouldContain(worker => worker.Id == "joiner-of-donor");
    }

    [Fact]
    public async Task A_joiner_that_dies_while_it_replays_the_log_changes_nothing()
    {
        await using var joiner = crash.Fleet.AddWorker(
            "joiner-that-dies", "worker.starting:stop,worker.snapshot-loaded:stop,worker.mid-replay");
        await joiner.FreezesAsync("worker.starting");
        var job = await crash.SubmitAsync(workers: 0, LongSteps);
        var awakenings = new Queue<long>([2]);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, step => AwakeAsync(joiner, awakenings, step.Step), 120);

        await joiner.DiesAsync("worker.mid-replay");
        await crash.ShouldBeWholeAsync(end, steps);
    }

    /// <summary>Lets a frozen process go on at a step, and once more two commits after it has frozen again.</summary>
    private static Task AwakeAsync(ChildProcess process, Queue<long> awakenings, long step)
    {
        if (awakenings.TryPeek(out var at) && step >= at)
        {
            awakenings.Dequeue();
            process.Signal("CONT");
        }
        else if (awakenings.Count == 0 && process.IsFrozen)
        {
            awakenings.Enqueue(step + 2);
        }

        return Task.CompletedTask;
    }
}
