using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Transports.Tests.Nccl;

namespace LightlyCluster.Transports.Tests;

/// <summary>What every transport must do: the real protocol with real stores and sockets, several workers in one process.</summary>
[Collection(NcclDouble.Collection)]
public sealed class TransportTests(TransportStores stores) : IClassFixture<TransportStores>
{
    private static readonly string[] Names = ["one", "two", "three", "four"];

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task Any_number_of_workers_reaches_the_same_state(string kind)
    {
        for (var workers = 1; workers <= 4; workers++)
        {
            await using var run = await TransportRun.StartAsync(stores, kind);
            var members = new List<TestMember>();
            foreach (var name in Names.Take(workers))
            {
                members.Add(await run.AddAsync(name));
            }

            await run.BeginAsync([.. Names.Take(workers)]);

            await run.ShouldEndWellAsync();
            ShouldHaveMoved(kind, members, isExpected: workers > 1);
        }
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task What_is_rounded_on_the_wire_is_the_same_everywhere(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind, wire: JobVocabulary.WireInt8);
        foreach (var name in Names.Take(3))
        {
            await run.AddAsync(name);
        }

        await run.BeginAsync([.. Names.Take(3)]);

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task A_worker_that_is_gone_in_the_middle_of_a_step_changes_nothing(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        var died = new TaskCompletionSource();
        TestMember? victim = null;
        await run.AddAsync("one");
        victim = await run.AddAsync("two", async where =>
        {
            if (where.StartsWith("backward 1 ", StringComparison.Ordinal))
            {
                await victim!.CutOffAsync();
                died.TrySetResult();
                await Task.Delay(Timeout.Infinite, victim.Stopping);
            }
        });
        await run.AddAsync("three");
        await run.BeginAsync("one", "two", "three");

        await died.Task;
        await run.BumpAsync(ShardAssignment.Weighted(4, ["one", "three"], [1, 1]));

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task A_worker_that_joins_gets_the_state_and_the_steps_that_it_missed(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind, steps: 40);
        var hasJoined = new TaskCompletionSource();
        var hasUnpacked = false;
        await run.AddAsync("one", async where =>
        {
            if (where == "apply 30")
            {
                await hasJoined.Task;
            }
        });
        await run.BeginAsync("one");
        await run.ReachesAsync(3);
        await run.AddAsync("two", where =>
        {
            hasUnpacked |= where.StartsWith("unpack", StringComparison.Ordinal);
            return Task.CompletedTask;
        });
        await run.BeginAsync("one", "two");
        hasJoined.SetResult();

        await run.ShouldEndWellAsync();

        hasUnpacked.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task Shares_that_move_in_the_middle_of_a_step_change_nothing(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        var (isThere, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await run.AddAsync("one");
        await run.AddAsync("two", async where =>
        {
            if (where == "backward 1 3")
            {
                isThere.TrySetResult();
                await mayGoOn.Task;
            }
        });
        await run.BeginAsync("one", "two");

        await isThere.Task;
        await run.BumpAsync(ShardAssignment.Weighted(4, ["two", "one"], [3, 1]));
        mayGoOn.SetResult();

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task Rows_are_announced_while_the_next_shard_is_computed(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        await run.AddAsync("one");
        await run.AddAsync("two", where => where == "publish 1 3" ? run.IsAnnouncedAsync(1, 2) : Task.CompletedTask);
        await run.BeginAsync("one", "two");

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task A_worker_that_is_gone_between_two_announcements_changes_nothing(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        var died = new TaskCompletionSource();
        TestMember? victim = null;
        await run.AddAsync("one");
        victim = await run.AddAsync("two", async where =>
        {
            if (where == "publish 1 3")
            {
                await run.IsAnnouncedAsync(1, 2);
                await victim!.CutOffAsync();
                died.TrySetResult();
                await Task.Delay(Timeout.Infinite, victim.Stopping);
            }
        });
        await run.BeginAsync("one", "two");

        await died.Task;
        await run.BumpAsync(ShardAssignment.Weighted(4, ["one"], [1]));

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.All), MemberType = typeof(TransportKind))]
    public async Task Shares_that_move_between_two_announcements_change_nothing(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        var (isBetween, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await run.AddAsync("one");
        await run.AddAsync("two", async where =>
        {
            if (where == "publish 1 3")
            {
                await run.IsAnnouncedAsync(1, 2);
                isBetween.TrySetResult();
                await mayGoOn.Task;
            }
        });
        await run.BeginAsync("one", "two");

        await isBetween.Task;
        await run.BumpAsync(ShardAssignment.Weighted(4, ["two", "one"], [3, 1]));
        mayGoOn.SetResult();

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.Lying), MemberType = typeof(TransportKind))]
    public async Task Bytes_that_are_gone_are_computed_again(string kind)
    {
        await using var run = await TransportRun.StartAsync(stores, kind);
        var (isThere, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var second = await run.AddAsync("two");
        await run.AddAsync("one", async where =>
        {
            if (where.StartsWith("backward 1 ", StringComparison.Ordinal))
            {
                isThere.TrySetResult();
                await mayGoOn.Task;
            }
        });
        await run.BeginAsync("one", "two");

        // One has not looked at what the other has published, and the other lives on: only its bytes are gone.
        await isThere.Task;
        await (TransportKind.TransportOf(kind) == JobVocabulary.TransportPeer ? second.CutOffAsync().AsTask() : run.LosePayloadsAsync());
        mayGoOn.SetResult();

        await run.ShouldEndWellAsync();
    }

    [Theory]
    [MemberData(nameof(TransportKind.Lying), MemberType = typeof(TransportKind))]
    public async Task Bytes_of_another_digest_or_length_count_as_gone(string kind)
    {
        await using var pair = await PayloadPair.OpenAsync(stores.For(kind), TransportKind.TransportOf(kind));
        byte[] bytes = [1, 2, 3, 4];
        var key = pair.Writer.NewKey("job", 0, "reduced0", "writer", bytes);
        await pair.Writer.WriteAsync(key, bytes, TimeSpan.FromMinutes(1));
        var read = new byte[4];

        (await pair.Reader.TryReadAsync(key, PayloadDigest.Of(bytes), read)).ShouldBeTrue();
        read.ShouldBe(bytes);
        (await pair.Reader.TryReadAsync(key, PayloadDigest.Of([4, 3, 2, 1]), read)).ShouldBeFalse();
        (await pair.Reader.TryReadAsync(key, PayloadDigest.Of(bytes), new byte[5])).ShouldBeFalse();
        await pair.Writer.DeleteAsync([key]);
        (await pair.Reader.TryReadAsync(key, PayloadDigest.Of(bytes), read)).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_transport_from_one_generation_to_the_next_changes_nothing()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Auto, steps: 6);
        var (isThere, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = await run.AddAsync("one");
        await run.AddAsync("two", async where =>
        {
            if (where == "backward 2 3")
            {
                isThere.TrySetResult();
                await mayGoOn.Task;
            }
        });
        await run.BeginAsync("one", "two");

        await isThere.Task;
        var byPeers = first.Meters.BytesOf(JobVocabulary.TransportPeer, "receive");
        run.Choice = new(JobVocabulary.TransportPeer, "the test says so");
        await run.BumpAsync(ShardAssignment.Weighted(4, ["one", "two"], [1, 1]));
        mayGoOn.SetResult();

        await run.ShouldEndWellAsync();
        first.Meters.BytesOf(JobVocabulary.TransportRedis, "receive").ShouldBeGreaterThan(0);
        first.Meters.BytesOf(JobVocabulary.TransportPeer, "receive").ShouldBeGreaterThan(byPeers);
    }

    [Fact]
    public async Task With_auto_each_worker_measures_before_it_is_ready()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Auto);
        await run.HoldLeasesAsync("one", "two");
        await run.AddAsync("one");
        await run.AreReadyAsync("one");
        var alone = await run.LinksAsync();
        await run.AddAsync("two");
        await run.BeginAsync("one", "two");

        await run.ShouldEndWellAsync();
        alone.StoreBytesPerSecond.ShouldBeGreaterThan(0);
        alone.PeerBytesPerSecond.ShouldBe(0);
        var links = await run.LinksAsync();
        links.PeerBytesPerSecond.ShouldBeGreaterThan(0);
        links.Blocked.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_auto_a_worker_that_cannot_be_reached_is_named()
    {
        await using var run = await TransportRun.StartAsync(stores, TransportKind.Auto);
        await run.HoldLeasesAsync("one", "two");
        var first = await run.AddAsync("one");
        await run.AreReadyAsync("one");
        await first.CutOffAsync();
        await run.AddAsync("two");
        await run.BeginAsync("one", "two");

        await run.ShouldEndWellAsync();
        (await run.LinksAsync()).Blocked.ShouldStartWith("worker two cannot reach incarnation one (127.0.0.1, port");
    }

    private static void ShouldHaveMoved(string kind, List<TestMember> members, bool isExpected)
    {
        var transport = TransportKind.TransportOf(kind);
        var other = transport == JobVocabulary.TransportPeer ? JobVocabulary.TransportRedis : JobVocabulary.TransportPeer;
        foreach (var direction in new[] { "transmit", "receive" })
        {
            (members.Sum(member => member.Meters.BytesOf(transport, direction)) > 0).ShouldBe(isExpected, $"{transport} {direction}");
            members.Sum(member => member.Meters.BytesOf(other, direction)).ShouldBe(0, $"{other} {direction}");
        }
    }
}
