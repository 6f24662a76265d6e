using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>The running step over the network.</summary>
internal sealed class FaultyStepStore(IStepStore inner, SimulatedNetwork network) : FaultyLink(network, isData: false), IStepStore
{
    public Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<ShardPointer> shards, TimeSpan life) =>
        WriteAsync(() => inner.PublishShardsAsync(generation, step, shards, life));

    public Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life) =>
        WriteAsync(() => inner.PublishNodesAsync(generation, step, nodes, life));

    public Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life) =>
        WriteAsync(() => inner.PublishReducedAsync(generation, step, chunks, chunkCount, shardCount, learningRate, life));

    public Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step, IReadOnlyList<int> shards) =>
        ReadAsync(() => inner.ReadShardsAsync(step, shards));

    public Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks, int shardCount) =>
        ReadAsync(() => inner.ReadNodesAsync(step, chunks, shardCount));

    public Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step) => ReadAsync(() => inner.ReadReducedAsync(step));

    public Task<StepEntry?> ReadEntryAsync(long step, long baseStep) => ReadAsync(() => inner.ReadEntryAsync(step, baseStep));

    public Task<IReadOnlyList<StepEntry>> ReadEntriesAsync(long step, long baseStep, int count) =>
        ReadAsync(() => inner.ReadEntriesAsync(step, baseStep, count));

    public Task<(StateVerdict Verdict, string First)> VerifyStateAsync(StateReport report) => WriteAsync(() => inner.VerifyStateAsync(report));

    public Task<string?> ReadHashAsync(long step) => ReadAsync(() => inner.ReadHashAsync(step));

    public Task ForgetStepAsync(long step) => WriteAsync(() => inner.ForgetStepAsync(step));
}
