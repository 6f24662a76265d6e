using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.TestSupport;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>Blocks of an embedding job, against the embedded store, a real redis-server and the model in memory.</summary>
public sealed class BlockStoreTests
{
    private const string Memory = "memory";

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    [InlineData(Memory)]
    public async Task Blocks_are_leased_once_pass_on_from_the_dead_and_are_counted_once(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
        await using var server = kind == Memory ? null : await TestStore.StartAsync(kind, folder);
        await using var connections = server is null ? null : await RedisConnections.ConnectAsync(new(server.Meta, server.Data, "test"), "tests");
        IFleetStore store = connections is null ? new MemoryFleetStore(TimeProvider.System) : new RedisFleetStore(connections);
        var (a, b) = (store.Blocks("job", "a"), store.Blocks("job", "b"));
        await store.Jobs.CreateAsync(new("job", "{}", "job", 1, 2, 0, 1, 2), "request");
        await store.Jobs.InitializeAsync("job", new(6, 3, 3, 0, "weights", "manifest", "class", 8));

        (await a.LeaseAsync(3)).Outcome.ShouldBe(BlockLeaseOutcome.Stale);
        await StartAsync(store, 0, "a:0:1,b:1:1");
        (await a.LeaseAsync(3)).ShouldBe(new BlockLease(BlockLeaseOutcome.Leased, 0));
        (await b.LeaseAsync(3)).ShouldBe(new BlockLease(BlockLeaseOutcome.Leased, 1));
        (await a.CompleteAsync(0, "x", 0.5)).ShouldBe(new BlockCompletion(IsAccepted: true, ""));
        (await a.LeaseAsync(3)).ShouldBe(new BlockLease(BlockLeaseOutcome.Leased, 2));
        (await a.CompleteAsync(2, "y", 0.5)).IsAccepted.ShouldBeTrue();
        (await a.LeaseAsync(3)).ShouldBe(new BlockLease(BlockLeaseOutcome.Help, 1));
        await StartAsync(store, 1, "a:0:2");
        (await b.LeaseAsync(3)).Outcome.ShouldBe(BlockLeaseOutcome.Stale);
        (await b.CompleteAsync(1, "z", 0.5)).IsAccepted.ShouldBeFalse();
        (await a.LeaseAsync(3)).ShouldBe(new BlockLease(BlockLeaseOutcome.Leased, 1));
        (await a.CompleteAsync(1, "z", 0.5)).IsAccepted.ShouldBeTrue();
        (await a.CompleteAsync(1, "z", 0.5)).ShouldBe(new BlockCompletion(IsAccepted: true, ""));
        (await a.CompleteAsync(1, "other", 0.5)).ShouldBe(new BlockCompletion(IsAccepted: true, "z"));
        (await a.LeaseAsync(3)).Outcome.ShouldBe(BlockLeaseOutcome.Done);
        (await store.Jobs.ReadAsync("job"))!.Step.ShouldBe(3);
        (await store.Jobs.ReadMetricsAsync("job", 0, 10)).Count.ShouldBe(3);
        await store.Jobs.ChangeStateAsync("job", new(JobState.Succeeded, 5), [JobState.Running]);
        (await a.CompleteAsync(1, "z", 0.5)).IsAccepted.ShouldBeFalse();
        Directory.Delete(folder, recursive: true);
    }

    private static Task StartAsync(IFleetStore store, long generation, string plan)
    {
        var assignment = ShardAssignment.Decode(plan);
        return store.Jobs.BumpGenerationAsync(
            "job", new(1, generation, assignment, assignment, IsStart: true, 1, [], new Dictionary<string, string>()));
    }
}
