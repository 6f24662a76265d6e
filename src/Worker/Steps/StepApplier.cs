using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Transport.Redis;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns states into next ones: from this worker's own part in a step, from the store, or by computing a committed step again.</summary>
internal sealed class StepApplier(
    JobContext context, TrainingThread training, VectorPool pool, IStepStore steps, RedisExchange exchange, TimeProvider clock)
{
    /// <summary>Applies a reduced vector: all or nothing, on the training thread.</summary>
    /// <returns>The loss of the batch and the hash of the new state.</returns>
    public Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, PhaseTimes times) => training.RunAsync(() =>
    {
        var loss = times.Measure("apply", () =>
        {
            context.Method.Abandon();
            TensorValues.CopyFrom(context.Method.Vector, reduced.Values);
            var value = context.Method.Apply(context.Step, learningRate);
            context.Step++;
            return value;
        });
        var verifyEvery = context.Specification.Train.VerifyEvery;
        var mustHash = context.Step % verifyEvery == 0 || context.Step == context.StepsTotal;
        return (loss, mustHash ? times.Measure("hash", () => StateHash.Compute(context.Method.State, context.Step)) : "");
    });

    /// <summary>Follows the log by one committed step that this worker had no part in.</summary>
    public async Task CatchUpAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var reduced = pool.Rent();
        try
        {
            var step = context.Step;
            var entry = await steps.ReadEntryAsync(step, job.BaseStep);
            if (!await TryFetchAsync(step, reduced))
            {
                await RecomputeAsync(reduced, cancellationToken);
            }

            var digest = StepDigest.Of(reduced, context.Layout);
            if (entry is not null && entry.Digest != digest)
            {
                throw new StateMismatchException($"Step {step} reduces to {digest} here, the log has {entry.Digest}.");
            }

            var (_, hash) = await ApplyAsync(reduced, entry?.LearningRate ?? context.Schedule.At(step), new PhaseTimes(clock));
            if (hash.Length > 0 && await steps.ReadHashAsync(step + 1) is { } known && known != hash)
            {
                throw new StateMismatchException($"State {step + 1} is {hash} here, the members have {known}.");
            }
        }
        finally
        {
            pool.Return(reduced);
        }
    }

    private async Task<bool> TryFetchAsync(long step, VectorBuffer reduced)
    {
        var pointers = await steps.ReadReducedAsync(step);
        var shards = await steps.ReadShardsAsync(step);
        if (pointers.Count < context.Layout.ChunkCount || shards.Count < context.ShardCount)
        {
            return false;
        }

        var rows = await Task.WhenAll(Enumerable.Range(0, context.ShardCount)
            .Select(shard => exchange.TryReadShardAsync(shards[shard], context.Method.PublishedLength)));
        var chunks = await Task.WhenAll(pointers.Select(entry =>
        {
            var (offset, length) = context.Layout.Chunk(entry.Key);
            return exchange.TryReadChunkAsync(entry.Value, reduced.Bytes(offset, length));
        }));
        if (rows.Any(row => row is null) || chunks.Any(isRead => !isRead))
        {
            return false;
        }

        await training.RunAsync(() => context.Method.Receive(step, rows!));
        return true;
    }

    private async Task RecomputeAsync(VectorBuffer reduced, CancellationToken cancellationToken)
    {
        using var computer = new ShardComputer(context, training, pool, new PhaseTimes(clock), context.Step);
        var rows = new float[context.ShardCount][];
        for (var shard = 0; shard < context.ShardCount; shard++)
        {
            rows[shard] = (await computer.PublishAsync(shard, cancellationToken)).Rows;
        }

        await computer.ReceiveAsync(rows);
        await computer.ComputeAsync(new ShardRange(0, context.ShardCount), cancellationToken);
        computer.Nodes[ReductionTree.Root(context.ShardCount)].Values.CopyTo(reduced.Values);
    }
}
