using LightlyCluster.Protocol.V1;
using StackExchange.Redis;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>The store restarts, is wiped, is away, is full: the same bits, every sample once.</summary>
[Collection(CrashFleet.Name)]
public sealed class StoreFaultTests(CrashFleet crash)
{
    [Fact]
    public async Task META_may_be_killed_and_come_back_on_its_file()
    {
        var job = await crash.SubmitAsync(workers: 2, steps: 20);

        var (end, steps) = await crash.Fleet.FollowAsync(
            job.Id, TestFleet.At(5, () => crash.Fleet.Store.RestartMetaAsync(TimeSpan.FromMilliseconds(300))), 120);

        await crash.ShouldBeWholeAsync(end, steps);
    }

    [Fact]
    public async Task DATA_may_be_wiped_in_the_middle_of_steps()
    {
        await using var data = await ConnectionMultiplexer.ConnectAsync($"{crash.Fleet.Store.Data},allowAdmin=true");
        var job = await crash.SubmitAsync(workers: 2, steps: 20);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, WipeAsync, 120);

        await crash.ShouldBeWholeAsync(end, steps);

        async Task WipeAsync(StepMetrics step)
        {
            if (step.Step % 4 == 0)
            {
                // At once, and again when the next step is under way.
                await data.GetServers()[0].FlushAllDatabasesAsync();
                await Task.Delay(TimeSpan.FromSeconds(step.Seconds / 2));
                await data.GetServers()[0].FlushAllDatabasesAsync();
            }
        }
    }

    [Fact]
    public async Task META_may_be_away_for_ten_seconds_and_nobody_dies()
    {
        var job = await crash.SubmitAsync(workers: 2, steps: 20);

        var (end, steps) = await crash.Fleet.FollowAsync(
            job.Id,
            TestFleet.At(5, async () =>
            {
                crash.Fleet.Store.Process.Signal("STOP");
                await Task.Delay(TimeSpan.FromSeconds(10));
                crash.Fleet.Store.Process.Signal("CONT");
            }),
            120);

        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_META_store_holds_everybody_up_and_the_job_is_paused_as_soon_as_that_can_be_written()
    {
        Assert.SkipUnless(LongTests.AreWanted, LongTests.Reason);
        await using var meta = await ConnectionMultiplexer.ConnectAsync($"{crash.Fleet.Store.Meta},allowAdmin=true");
        var server = meta.GetServers()[0];
        var job = await crash.SubmitAsync(workers: 2, steps: 20);

        var (paused, _) = await crash.Fleet.FollowAsync(
            job.Id,
            TestFleet.At(5, async () =>
            {
                await server.ConfigSetAsync("maxmemory", "1");
                await Task.Delay(TimeSpan.FromSeconds(4));
                await server.ConfigSetAsync("maxmemory", "0");
            }),
            120);
        await crash.Fleet.Jobs.ResumeTrainingJobAsync(new() { Id = job.Id });
        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        (paused.State, paused.Reason).ShouldBe((TrainingJob.Types.State.Paused, "StoreFull"), paused.Message);
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_full_DATA_store_pauses_the_job_with_a_reason_and_it_goes_on_when_there_is_room()
    {
        await using var data = await ConnectionMultiplexer.ConnectAsync($"{crash.Fleet.Store.Data},allowAdmin=true");
        var server = data.GetServers()[0];
        var job = await crash.SubmitAsync(workers: 2, steps: 20);

        var (paused, before) = await crash.Fleet.FollowAsync(job.Id, TestFleet.At(5, () => server.ConfigSetAsync("maxmemory", "1")), 120);
        await server.ConfigSetAsync("maxmemory", "512mb");
        await crash.Fleet.Jobs.ResumeTrainingJobAsync(new() { Id = job.Id });
        var (end, after) = await crash.Fleet.FollowAsync(job.Id, timeoutSeconds: 120);

        paused.State.ShouldBe(TrainingJob.Types.State.Paused, paused.Message);
        paused.Message.ShouldContain("memory");
        await crash.ShouldBeWholeAsync(end, after);
        after.Take(before.Count).ShouldBe(before);
    }
}
