using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Worker.Transport.Nccl;

namespace LightlyCluster.Transports.Tests.Nccl;

/// <summary>What happens when NCCL does not do what it should: the run goes on through the store, with the same bits.</summary>
[Collection(NcclDouble.Collection)]
public sealed class NcclFailureTests(TransportStores stores) : IClassFixture<TransportStores>
{
    private static readonly NcclLimits ShortRounds = new() { FirstMoving = TimeSpan.FromSeconds(1), LeastMoving = TimeSpan.FromSeconds(1) };
    private static readonly NcclLimits ShortBeginning = new() { Opening = TimeSpan.FromSeconds(1), WarmingUp = TimeSpan.FromSeconds(1) };

    [Theory]
    [InlineData(1, NcclResult.SystemError)]
    [InlineData(2, NcclResult.RemoteError)]
    [InlineData(3, NcclResult.UnhandledCudaError)]
    [InlineData(5, NcclResult.InternalError)]
    [InlineData(5, NcclResult.InProgress)]
    [InlineData(1, NcclDouble.WrongByte)]
    [InlineData(2, NcclDouble.WrongByte)]
    [InlineData(6, NcclDouble.WrongByte)]
    internal async Task A_round_that_fails_hangs_or_lies_is_made_through_the_store(int group, NcclResult result)
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl, steps: 5);
        run.Nccl = name => NcclDouble.RuntimeOf(name) with { Limits = ShortRounds };
        NcclDouble.Fail(1, group, result);
        var members = new[] { await run.AddAsync("one"), await run.AddAsync("two"), await run.AddAsync("three") };

        await run.BeginAsync("one", "two", "three");

        await run.ShouldEndWellAsync();
        BytesOf(members, JobVocabulary.TransportRedis).ShouldBeGreaterThan(0);
        BytesOf(members, JobVocabulary.TransportNccl).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(-1, NcclResult.SystemError)]
    [InlineData(-1, NcclResult.InProgress)]
    [InlineData(0, NcclResult.InternalError)]
    [InlineData(0, NcclResult.InProgress)]
    [InlineData(0, NcclDouble.WrongByte)]
    internal async Task A_communicator_that_does_not_come_about_costs_time_only(int group, NcclResult result)
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl);
        run.Nccl = name => NcclDouble.RuntimeOf(name) with { Limits = ShortBeginning };
        NcclDouble.Fail(0, group, result);
        var members = new[] { await run.AddAsync("one"), await run.AddAsync("two") };

        await run.BeginAsync("one", "two");

        await run.ShouldEndWellAsync();
        BytesOf(members, JobVocabulary.TransportRedis).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task After_a_failure_another_communicator_is_made_some_steps_later()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl, steps: 72);
        long before = 0;
        TestMember? first = null;
        NcclDouble.Fail(1, 4, NcclResult.RemoteError);
        first = await run.AddAsync("one", where =>
        {
            before = where == "apply 40" ? first!.Meters.BytesOf(JobVocabulary.TransportNccl, "receive") : before;
            return Task.CompletedTask;
        });
        await run.AddAsync("two");

        await run.BeginAsync("one", "two");

        await run.ShouldEndWellAsync();
        before.ShouldBeGreaterThan(0);
        first.Meters.BytesOf(JobVocabulary.TransportNccl, "receive").ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task A_new_generation_has_a_communicator_of_its_own()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl, steps: 8);
        long before = 0;
        TestMember? first = null;
        var (isThere, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        first = await run.AddAsync("one", async where =>
        {
            if (where == "backward 2 0")
            {
                before = first!.Meters.BytesOf(JobVocabulary.TransportNccl, "receive");
                isThere.TrySetResult();
                await mayGoOn.Task;
            }
        });
        await run.AddAsync("two");
        await run.AddAsync("three");
        await run.BeginAsync("one", "two", "three");

        await isThere.Task;
        await run.BumpAsync(ShardAssignment.Weighted(4, ["one", "three"], [1, 1]));
        mayGoOn.SetResult();

        await run.ShouldEndWellAsync();
        before.ShouldBeGreaterThan(0);
        first.Meters.BytesOf(JobVocabulary.TransportNccl, "receive").ShouldBeGreaterThan(before);
    }

    [Fact]
    public async Task Two_workers_on_one_GPU_are_refused_by_name()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl);
        run.Nccl = _ => NcclDouble.RuntimeOf("0000:17:00.0");
        var members = new[] { await run.AddAsync("one"), await run.AddAsync("two") };

        await run.BeginAsync("one", "two");

        var reason = await run.AnyFailsAsync(members);
        reason.ShouldStartWith("InvalidSpecification: sync.transport is nccl, but two workers (incarnations ");
        reason.ShouldContain("share GPU 0000:17:00.0");
        reason.ShouldEndWith("or use sync.transport peer.");
    }

    [Fact]
    public async Task A_worker_without_NCCL_says_what_it_lacks()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Nccl);
        run.Nccl = _ => new("libnccl.so.2 is not beside libtorch", "", "", () => throw new NcclException(""));
        var member = await run.AddAsync("one");

        var reason = await run.AnyFailsAsync(member);

        reason.ShouldBe("InvalidSpecification: sync.transport is nccl, but libnccl.so.2 is not beside libtorch. Or use sync.transport peer or redis.");
    }

    private static long BytesOf(TestMember[] members, string transport) => members.Sum(member => member.Meters.BytesOf(transport, "receive"));
}
