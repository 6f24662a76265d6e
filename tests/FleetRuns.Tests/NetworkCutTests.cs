namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A worker loses its way to the coordinator, to Redis, or to both: the same bits, and the cause is named.</summary>
[Collection(CrashFleet.Name)]
public sealed class NetworkCutTests(CrashFleet crash)
{
    private const int LongSteps = 60;

    [Fact]
    public async Task A_worker_whose_stream_is_broken_comes_back_with_the_state_it_holds()
    {
        await using var way = new Ways(crash);
        await using var worker = await way.StartAsync("armed-broken");
        var job = await crash.SubmitAsync(workers: 3, LongSteps);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, TestFleet.At(5, () => way.BreakAsync(TimeSpan.FromMilliseconds(600))), 120);

        await crash.ShouldBeWholeAsync(end, steps);
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        (lost.Worker, lost.Cause).ShouldBe(("armed-broken", "connection closed"));
        end.Result.Workers.Count(record => record.Id == "armed-broken").ShouldBe(2);
        worker.Said.ShouldContain("goes on from state", Case.Sensitive, worker.Said);
    }

    [Fact]
    public async Task A_worker_that_is_silently_cut_off_from_the_coordinator_goes_on_training()
    {
        Assert.SkipUnless(LongTests.AreWanted, LongTests.Reason);
        await using var way = new Ways(crash);
        await using var worker = await way.StartAsync("armed-deaf");
        var job = await crash.SubmitAsync(workers: 3, LongSteps);

        var progress = 0L;

        var (end, steps) = await crash.Fleet.FollowAsync(
            job.Id,
            TestFleet.At(5, async () =>
            {
                way.Coordinator.Cut();
                await Task.Delay(TimeSpan.FromSeconds(4));
                progress = (await crash.Fleet.Jobs.GetTrainingJobAsync(new() { Id = job.Id })).Step - 5;
                way.MendAll();
            }),
            120);

        progress.ShouldBeGreaterThan(5);
        await crash.ShouldBeWholeAsync(end, steps);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Fact]
    public Task A_worker_that_is_cut_off_from_everybody_is_replaced_and_comes_back() => CutFromRedisAsync(isCutFromCoordinator: true);

    [Fact]
    public Task A_worker_that_is_cut_off_from_Redis_is_replaced_and_comes_back()
    {
        Assert.SkipUnless(LongTests.AreWanted, LongTests.Reason);
        return CutFromRedisAsync(isCutFromCoordinator: false);
    }

    private async Task CutFromRedisAsync(bool isCutFromCoordinator)
    {
        await using var way = new Ways(crash);
        await using var worker = await way.StartAsync("armed-cut");
        var job = await crash.SubmitAsync(workers: 3, LongSteps);

        var (end, steps) = await crash.Fleet.FollowAsync(job.Id, TestFleet.At(5, () => CutAsync(way, job.Id, isCutFromCoordinator)), 120);

        await crash.ShouldBeWholeAsync(end, steps);
        var lost = end.Result.Recoveries.ShouldHaveSingleItem();
        (lost.Worker, lost.Cause).ShouldBe(("armed-cut", "lease expired"));
        lost.DetectionSeconds.ShouldBeGreaterThan(2);
    }

    /// <summary>Cuts until the others go on without it.</summary>
    private async Task CutAsync(Ways way, string job, bool isCutFromCoordinator)
    {
        way.Meta.Cut();
        way.Data.Cut();
        if (isCutFromCoordinator)
        {
            way.Coordinator.Cut();
        }

        while ((await crash.Fleet.Jobs.GetTrainingJobAsync(new() { Id = job })).Result.Recoveries.Count == 0)
        {
            await Task.Delay(100);
        }

        way.MendAll();
    }

    /// <summary>The ways of one worker.</summary>
    private sealed class Ways(CrashFleet crash) : IAsyncDisposable
    {
        public TcpProxy Coordinator { get; } = new(new Uri(crash.Fleet.Address).Authority);

        public TcpProxy Meta { get; } = new(crash.Fleet.Store.Meta);

        public TcpProxy Data { get; } = new(crash.Fleet.Store.Data);

        public async Task<ChildProcess> StartAsync(string id)
        {
            var worker = crash.Fleet.AddWorker(id, Coordinator, Meta, Data);
            await crash.Fleet.WorkersAreIdleAsync(id, "steady-1", "steady-2");
            return worker;
        }

        /// <summary>Connections to the coordinator end, and new ones do not come through for a while.</summary>
        public async Task BreakAsync(TimeSpan duration)
        {
            Coordinator.Cut();
            Coordinator.Reset();
            await Task.Delay(duration);
            Coordinator.Mend();
        }

        public void MendAll()
        {
            Coordinator.Mend();
            Meta.Mend();
            Data.Mend();
        }

        public async ValueTask DisposeAsync()
        {
            await Coordinator.DisposeAsync();
            await Meta.DisposeAsync();
            await Data.DisposeAsync();
        }
    }
}
