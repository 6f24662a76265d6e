using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>Pointers of a step whose calls are timed.</summary>
internal sealed class TimedSteps(IStepStore steps, CallTimes times) : IStepStore
{
    /// <inheritdoc/>
    public Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<ShardPointer> shards, TimeSpan life) => steps.PublishShardsAsync(generation, step, shards, life);

    /// <inheritdoc/>
    public Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life) =>
        times.MeasureAsync("publish nodes", () => steps.PublishNodesAsync(generation, step, nodes, life));

    /// <inheritdoc/>
    public Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life) =>
        times.MeasureAsync("publish sums", () => steps.PublishReducedAsync(generation, step, chunks, chunkCount, shardCount, learningRate, life));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step, IReadOnlyList<int> shards) => steps.ReadShardsAsync(step, shards);

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks, int shardCount) =>
        times.MeasureAsync("read nodes", () => steps.ReadNodesAsync(step, chunks, shardCount));

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step) =>
        times.MeasureAsync("read sums", () => steps.ReadReducedAsync(step));

    /// <inheritdoc/>
    public Task<StepEntry?> ReadEntryAsync(long step, long baseStep) => steps.ReadEntryAsync(step, baseStep);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StepEntry>> ReadEntriesAsync(long step, long baseStep, int count) => steps.ReadEntriesAsync(step, baseStep, count);

    /// <inheritdoc/>
    public Task<(StateVerdict Verdict, string First)> VerifyStateAsync(StateReport report) => steps.VerifyStateAsync(report);

    /// <inheritdoc/>
    public Task<string?> ReadHashAsync(long step) => steps.ReadHashAsync(step);

    /// <inheritdoc/>
    public Task ForgetStepAsync(long step) => steps.ForgetStepAsync(step);
}
