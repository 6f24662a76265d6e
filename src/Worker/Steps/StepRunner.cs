using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// This worker's part in one step: first halves, everybody's embeddings, second halves, its chunks of the sum. Survives changes of
/// the generation and a store that is away: what is computed stays valid, only what is missing is computed.
/// </summary>
/// <remarks>
/// Whoever waits for longer than five median steps computes what is missing as well; the first pointer wins, and the bits are the
/// same. So a member that is alive but stuck stops nobody.
/// </remarks>
internal sealed class StepRunner(JobParts parts, PhaseTimes times) : IDisposable
{
    /// <summary>Waits without progress after which the bytes of a committed step count as gone.</summary>
    private const int WaitsForLostChunks = 5;

    /// <summary>Reads of a published payload that fail before it is computed here.</summary>
    private const int ReadsOfLostShards = 3;

    private const int MembersPerMillisecond = 20;

    private static readonly TimeSpan WaitForStore = TimeSpan.FromMilliseconds(200);

    private readonly long _step = parts.Computation.Step;
    private readonly ShardComputer _computer = new(parts.Computation, parts.Pool, times);
    private readonly float[]?[] _rows = new float[]?[parts.Shape.ShardCount];
    private readonly HashSet<int> _announced = [];
    private ChunkReduction? _reduction;

    /// <summary>The sum over all shards; valid after <see cref="StepOutcome.Complete"/>.</summary>
    public VectorBuffer Reduced { get; } = parts.Pool.Rent();

    /// <summary>Shards computed here.</summary>
    public int ShardsComputed => _computer.ShardsComputed;

    /// <summary>The job as it was read last.</summary>
    public JobRecord? Seen { get; private set; }

    private int ShardCount => parts.Shape.ShardCount;

    private string Incarnation => parts.Ticket.Incarnation;

    /// <summary>Works until the step is committed or this worker has no part in it.</summary>
    public async Task<StepOutcome> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (await TryOnceAsync(cancellationToken) is { } outcome)
                {
                    return outcome;
                }
            }
            catch (StoreAwayException)
            {
                // Everybody waits; nothing that is computed is thrown away.
                await Task.Delay(WaitForStore, parts.Clock, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _computer.Dispose();
        parts.Pool.Return(Reduced);
    }

    private async Task<StepOutcome?> TryOnceAsync(CancellationToken cancellationToken)
    {
        var job = Seen = await parts.Jobs.ReadAsync(parts.Ticket.Id);
        if (job is null || job.State != JobState.Running || job.Step < _step || (job.Step == _step && !job.Plan.Members.Contains(Incarnation)))
        {
            return StepOutcome.LookAgain;
        }

        if (job.Step > _step)
        {
            return _reduction is { IsComplete: true } ? StepOutcome.Complete : StepOutcome.CommittedElsewhere;
        }

        await parts.Exchange.FollowAsync(job, cancellationToken);
        return await TryAsync(job, cancellationToken);
    }

    /// <summary>One attempt under one generation; null when the generation changed.</summary>
    private async Task<StepOutcome?> TryAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var assignment = job.Plan.At(_step);
        var range = assignment.RangeOf(Incarnation);
        parts.Computation.Expect(range);
        var isAlone = assignment.Members.Count() == 1 && job.Plan.Members.Count == 1 && job.RetainFrom < 0;
        if (!await PublishAsync(job, range, isAlone, cancellationToken) || !await CollectAsync(job, cancellationToken))
        {
            return null;
        }

        await _computer.ReceiveAsync(_rows!);
        _reduction ??= new(
            new(_step, ShardCount, parts.Shape.Layout, parts.Shape.Sum, parts.Computation.LearningRateAt(_step)), _computer.Nodes, _computer.ComputeAsync,
            parts.Steps, parts.Exchange, Reduced, parts.ChunkPool, times);
        return isAlone ? await CommitAloneAsync(job, cancellationToken) : await ReduceAsync(job, assignment, range, cancellationToken);
    }

    /// <summary>
    /// First halves of a range. Where others wait for rows, those of a shard travel while the next ones are computed: one announcement at
    /// a time, with all that is computed by then.
    /// </summary>
    private async Task<bool> PublishAsync(JobRecord job, ShardRange range, bool isAlone, CancellationToken cancellationToken)
    {
        var isAwaited = !isAlone && parts.Shape.PublishedLength > 0;
        var announcing = Task.FromResult(true);
        try
        {
            foreach (var shard in range.Shards())
            {
                if (isAwaited && announcing.IsCompletedSuccessfully && await announcing)
                {
                    announcing = AnnounceAsync(job, isAlone);
                }

                await _computer.PublishAsync(shard, cancellationToken);
            }
        }
        finally
        {
            await ((Task)announcing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return await announcing && await AnnounceAsync(job, isAlone);
    }

    /// <summary>Publishes what is computed and not announced yet; false when the generation changed meanwhile.</summary>
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

        var (outcome, _) = await times.MeasureAsync(
            TelemetryPhases.ExchangeEmbeddings, () => parts.Exchange.PublishShardsAsync(job.Generation, _step, fresh, isAlone));
        if (outcome != PublishOutcome.Accepted)
        {
            return false;
        }

        // A shard that this worker keeps to itself while alone must be published when somebody joins it.
        if (!isAlone || parts.Shape.PublishedLength == 0)
        {
            _announced.UnionWith(fresh.Select(shard => shard.Shard));
        }

        return true;
    }

    /// <summary>Gathers what all shards published; false when the generation or the state changed meanwhile.</summary>
    private Task<bool> CollectAsync(JobRecord job, CancellationToken cancellationToken) => times.MeasureAsync(TelemetryPhases.ExchangeEmbeddings, async () =>
    {
        if (parts.Shape.PublishedLength == 0)
        {
            // Nothing travels: the commit asks for the shards, nobody else does.
            Array.Fill(_rows, []);
            return true;
        }

        var failures = new int[ShardCount];
        var since = parts.Clock.GetTimestamp();
        while (true)
        {
            var missing = Enumerable.Range(0, ShardCount).Where(shard => _rows[shard] is null).ToArray();
            if (missing.Length == 0)
            {
                return true;
            }

            var pointers = await parts.Steps.ReadShardsAsync(_step, missing);
            var found = missing.Where(shard => pointers.TryGetValue(shard, out var pointer) && !parts.Exchange.IsUnderWay(pointer.Payload))
                .ToArray();
            await Task.WhenAll(found.Select(async shard =>
                _rows[shard] = await parts.Exchange.TryReadRowsAsync(_step, pointers[shard], parts.Shape.PublishedLength)));
            var lost = found.Where(shard => _rows[shard] is null && ++failures[shard] >= ReadsOfLostShards).ToArray();
            if (lost.Length == 0 && found.Any(shard => _rows[shard] is not null))
            {
                since = parts.Clock.GetTimestamp();
                continue;
            }

            if (lost.Length == 0 && parts.Durations.Patience is { } patience && parts.Clock.GetElapsedTime(since) > patience)
            {
                lost = missing;
            }

            if (lost.Length > 0)
            {
                // The bytes are gone, or their maker is stuck. Shards are pure functions: they are computed here.
                await PublishForOthersAsync(lost, cancellationToken);
                if (!await AnnounceAsync(job, isAlone: false))
                {
                    return false;
                }

                continue;
            }

            await WaitAsync(job, cancellationToken);
            if (await HasChangedAsync(job))
            {
                return false;
            }
        }
    });

    private async Task PublishForOthersAsync(int[] shards, CancellationToken cancellationToken)
    {
        foreach (var shard in shards)
        {
            await _computer.PublishAsync(shard, cancellationToken);
        }
    }

    private async Task<StepOutcome?> CommitAloneAsync(JobRecord job, CancellationToken cancellationToken)
    {
        await _reduction!.SumEverythingAsync(cancellationToken);
        var outcome = await times.MeasureAsync(TelemetryPhases.Commit, () => parts.Exchange.CommitAloneAsync(
            job.Generation, _step, Reduced, ShardCount, parts.Computation.LearningRateAt(_step)));
        return outcome is PublishOutcome.Committed or PublishOutcome.AlreadyCommitted ? StepOutcome.Complete : null;
    }

    /// <summary>Second halves of a range; what is computed of their sum travels while the rest is computed.</summary>
    private async Task<StepOutcome?> ReduceAsync(JobRecord job, ShardAssignment assignment, ShardRange range, CancellationToken cancellationToken)
    {
        var members = assignment.Ranges.Where(entry => entry.Range.Count > 0).Select(entry => entry.Member).ToArray();
        _reduction!.Begin(job.Generation, chunk => ChunkOwnership.OwnerOf(chunk, members) == Incarnation);
        var computing = _computer.ComputeAsync(range, cancellationToken);
        var publishing = _reduction.PublishNodesAsync(computing);
        try
        {
            await _reduction.AdvanceWhileAsync(computing);
            await computing;
            return await AdvanceAsync(job, publishing, cancellationToken);
        }
        finally
        {
            await computing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await _reduction.SettleAsync();
        }
    }

    private async Task<StepOutcome?> AdvanceAsync(JobRecord job, Task publishing, CancellationToken cancellationToken)
    {
        var waits = 0;
        var since = parts.Clock.GetTimestamp();
        while (true)
        {
            if (await _reduction!.AdvanceAsync(cancellationToken))
            {
                (waits, since) = (0, parts.Clock.GetTimestamp());
                if (!_reduction.IsComplete)
                {
                    continue;
                }
            }
            else
            {
                await times.MeasureAsync(TelemetryPhases.ExchangeGradients, () => WaitAsync(job, cancellationToken));
                waits++;
                if (publishing.IsFaulted)
                {
                    // Others wait for nodes that the store did not take: this attempt ends, the next one offers them again.
                    await publishing;
                }
            }

            var current = await times.MeasureAsync(
                _reduction.IsComplete ? TelemetryPhases.Commit : TelemetryPhases.ExchangeGradients, () => parts.Jobs.ReadHeadAsync(parts.Ticket.Id));
            if (current is not null && current.Step > _step && (_reduction.IsComplete || waits > WaitsForLostChunks))
            {
                return _reduction.IsComplete ? StepOutcome.Complete : StepOutcome.CommittedElsewhere;
            }

            // A META that has lost commits is noticed too, by all who wait.
            if (current is null || current.Generation != job.Generation || current.State != JobState.Running || current.Step < _step)
            {
                return null;
            }

            if (parts.Durations.Patience is { } patience && parts.Clock.GetElapsedTime(since) > patience && current.Step == _step)
            {
                await _reduction.TakeOverAsync(cancellationToken);
                if (!await AnnounceAsync(job, isAlone: false))
                {
                    return null;
                }

                since = parts.Clock.GetTimestamp();
            }
        }
    }

    /// <summary>
    /// Waits for a hint. In a large fleet each member's hints would make all members read: hints that come together are taken together.
    /// </summary>
    private async Task<bool> WaitAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var isHinted = await parts.Events.WaitAsync(cancellationToken);
        if (isHinted && job.Plan.Members.Count / MembersPerMillisecond is var pause and > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause), parts.Clock, cancellationToken);
        }

        return isHinted;
    }

    private async Task<bool> HasChangedAsync(JobRecord job)
    {
        var current = await parts.Jobs.ReadHeadAsync(parts.Ticket.Id);
        return current is null || current.Generation != job.Generation || current.State != JobState.Running || current.Step != _step;
    }
}
