using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Transport.Redis;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// This worker's part in one step: first halves, everybody's embeddings, second halves, its chunks of the sum. Survives changes of
/// the generation: what is computed stays valid, only what is missing is computed.
/// </summary>
internal sealed class StepRunner(
    JobContext context,
    TrainingThread training,
    VectorPool pool,
    VectorPool chunkPool,
    IJobStore jobs,
    IStepStore steps,
    RedisExchange exchange,
    IJobEvents events,
    string incarnation,
    PhaseTimes times) : IDisposable
{
    /// <summary>Waits without progress after which a committed step's bytes count as gone.</summary>
    private const int WaitsForLostChunks = 25;

    private readonly long _step = context.Step;
    private readonly ShardComputer _computer = new(context, training, pool, times, context.Step);
    private readonly float[]?[] _rows = new float[]?[context.ShardCount];
    private readonly HashSet<int> _announced = [];
    private ChunkReduction? _reduction;

    /// <summary>The sum over all shards; valid after <see cref="StepOutcome.Complete"/>.</summary>
    public VectorBuffer Reduced { get; } = pool.Rent();

    /// <summary>Shards computed here.</summary>
    public int ShardsComputed => _computer.ShardsComputed;

    private int ShardCount => context.ShardCount;

    /// <summary>Works until the step is committed or this worker has no part in it.</summary>
    public async Task<StepOutcome> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var job = await jobs.ReadAsync(context.Id);
            if (job is null || job.State != JobState.Running || (job.Step == _step && !job.Plan.Members.Contains(incarnation)))
            {
                return StepOutcome.LookAgain;
            }

            if (job.Step > _step)
            {
                return _reduction is { IsComplete: true } ? StepOutcome.Complete : StepOutcome.CommittedElsewhere;
            }

            if (await TryAsync(job, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _computer.Dispose();
        pool.Return(Reduced);
    }

    /// <summary>One attempt under one generation; null when the generation changed.</summary>
    private async Task<StepOutcome?> TryAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var assignment = job.Plan.At(_step);
        var range = assignment.RangeOf(incarnation);
        var isAlone = assignment.Members.Count() == 1 && job.Plan.Members.Count == 1 && job.RetainFrom < 0;
        foreach (var shard in range.Shards())
        {
            await _computer.PublishAsync(shard, cancellationToken);
        }

        if (!await AnnounceAsync(job, isAlone) || !await CollectAsync(job, cancellationToken))
        {
            return null;
        }

        await _computer.ReceiveAsync(_rows!);
        await _computer.ComputeAsync(range, cancellationToken);
        _reduction ??= new(
            new(_step, ShardCount, context.Layout, context.Schedule.At(_step)), _computer.Nodes, _computer.ComputeAsync, steps, exchange,
            Reduced, chunkPool, times);
        if (isAlone)
        {
            return await CommitAloneAsync(job, cancellationToken);
        }

        return await ReduceAsync(job, assignment, cancellationToken);
    }

    private async Task<bool> AnnounceAsync(JobRecord job, bool isAlone)
    {
        var fresh = _computer.Published.Values.Where(shard => !_announced.Contains(shard.Shard)).ToArray();
        foreach (var shard in fresh)
        {
            _rows[shard.Shard] = shard.Rows;
        }

        if (fresh.Length == 0)
        {
            return true;
        }

        var (outcome, _) = await times.MeasureAsync("exchange_embeddings", () => exchange.PublishShardsAsync(job.Generation, _step, fresh, isAlone));
        if (outcome != PublishOutcome.Accepted)
        {
            return false;
        }

        // A shard that this worker keeps to itself while alone must be published when somebody joins it.
        if (!isAlone || context.Method.PublishedLength == 0)
        {
            _announced.UnionWith(fresh.Select(shard => shard.Shard));
        }

        return true;
    }

    /// <summary>Gathers what all shards published; false when the generation or the state changed meanwhile.</summary>
    private Task<bool> CollectAsync(JobRecord job, CancellationToken cancellationToken) => times.MeasureAsync("exchange_embeddings", async () =>
    {
        var attempts = new int[ShardCount];
        while (true)
        {
            var missing = Enumerable.Range(0, ShardCount).Where(shard => _rows[shard] is null).ToArray();
            if (missing.Length == 0)
            {
                return true;
            }

            var pointers = await steps.ReadShardsAsync(_step);
            var found = missing.Where(pointers.ContainsKey).ToArray();
            await Task.WhenAll(found.Select(async shard =>
                _rows[shard] = await exchange.TryReadShardAsync(pointers[shard], context.Method.PublishedLength)));
            foreach (var shard in found.Where(shard => _rows[shard] is null && ++attempts[shard] >= 3))
            {
                // The pointer is there but its bytes are gone: they are a pure function, so they are computed here.
                _rows[shard] = (await _computer.PublishAsync(shard, cancellationToken)).Rows;
            }

            if (found.Length > 0)
            {
                continue;
            }

            await events.WaitAsync(cancellationToken);
            if (await HasChangedAsync(job))
            {
                return false;
            }
        }
    });

    private async Task<StepOutcome?> CommitAloneAsync(JobRecord job, CancellationToken cancellationToken)
    {
        await _reduction!.SumEverythingAsync(cancellationToken);
        var outcome = await times.MeasureAsync("commit", () => exchange.CommitAloneAsync(
            job.Generation, _step, Reduced, ShardCount, context.Schedule.At(_step)));
        return outcome is PublishOutcome.Committed or PublishOutcome.AlreadyCommitted ? StepOutcome.Complete : null;
    }

    private async Task<StepOutcome?> ReduceAsync(JobRecord job, ShardAssignment assignment, CancellationToken cancellationToken)
    {
        var members = assignment.Ranges.Where(entry => entry.Range.Count > 0).Select(entry => entry.Member).ToArray();
        _reduction!.Begin(job.Generation, chunk => ChunkOwnership.OwnerOf(chunk, members) == incarnation);
        var publishing = _reduction.PublishNodesAsync();
        var waits = 0;
        try
        {
            while (true)
            {
                var progress = await _reduction.AdvanceAsync(cancellationToken);
                waits = progress ? 0 : waits;
                if (_reduction.IsComplete)
                {
                    var current = await jobs.ReadAsync(context.Id);
                    if (current is not null && current.Step > _step)
                    {
                        return StepOutcome.Complete;
                    }

                    if (current is null || current.Generation != job.Generation || current.State != JobState.Running)
                    {
                        return null;
                    }
                }

                if (!progress)
                {
                    await times.MeasureAsync("exchange_gradients", () => events.WaitAsync(cancellationToken));
                    if (++waits > WaitsForLostChunks && await jobs.ReadAsync(context.Id) is { } late && late.Step > _step)
                    {
                        return StepOutcome.CommittedElsewhere;
                    }

                    if (!_reduction.IsComplete && await HasChangedAsync(job))
                    {
                        return null;
                    }
                }
            }
        }
        finally
        {
            await publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _reduction.SettleAsync();
        }
    }

    private async Task<bool> HasChangedAsync(JobRecord job)
    {
        var current = await jobs.ReadAsync(context.Id);
        return current is null || current.Generation != job.Generation || current.State != JobState.Running
            || (current.Step > _step && _reduction is null);
    }
}
