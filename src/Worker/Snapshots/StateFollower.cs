using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Snapshots;

/// <summary>
/// Brings a worker that is behind to the newest state: by the payloads of committed steps, a snapshot of a member, a checkpoint, or by
/// computing committed steps again and checking them against the log. The members never wait for it.
/// </summary>
internal sealed class StateFollower(JobParts parts, StepApplier applier)
{
    /// <summary>Waits for a snapshot after which it is asked for again.</summary>
    private const int WaitsForSnapshot = 10;

    /// <summary>Waits after which a member that is behind helps itself: perhaps nobody holds the newest state.</summary>
    private const int WaitsOfMember = 20;

    /// <summary>Up to as many members, a step that others computed is computed again rather than asked for.</summary>
    private const int MembersOfSmallFleet = 8;

    private readonly SnapshotExchange _snapshots = new(parts);
    private int _waits;

    private IJobComputation Computation => parts.Computation;

    /// <summary>Publishes a snapshot of this worker's state when somebody waits for one.</summary>
    public Task ServeAsync(JobRecord job) => _snapshots.ServeAsync(job);

    /// <summary>Comes nearer to the newest state by one action.</summary>
    public async Task FollowAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var isMember = job.Plan.Members.Contains(parts.Ticket.Incarnation);
        var others = job.Plan.Members.Any(member => member != parts.Ticket.Incarnation);
        parts.State.Set(parts.Ticket.Id, job.Step - Computation.Step <= 1 ? WorkerStatus.Ready : WorkerStatus.Loading, Computation.Step);
        if (await TryReplayAsync(job))
        {
            _waits = 0;
            return;
        }

        // A member of a small fleet that lacks one step computes it soon; else it would never catch up with the others.
        var isFarBehind = (job.Step - Computation.Step > 1 || job.Plan.Members.Count > MembersOfSmallFleet) && _waits < WaitsOfMember;
        if (others && (!isMember || isFarBehind))
        {
            await WaitForSnapshotAsync(job, cancellationToken);
            return;
        }

        if (!others && await Computation.NewestCheckpointAsync() is { } saved && saved > Computation.Step && saved <= job.Step)
        {
            await Computation.LoadCheckpointAsync();
            applier.Reset();
            return;
        }

        await RecomputeAsync(job, cancellationToken);
    }

    private async Task WaitForSnapshotAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (await _snapshots.TryLoadAsync(job))
        {
            applier.Reset();
            return;
        }

        if (job.SnapshotWantedBy.Length == 0 && _waits % WaitsForSnapshot == 0)
        {
            await parts.Jobs.SetFieldsAsync(parts.Ticket.Id, null, "", ("snapshotWanted", parts.Ticket.Incarnation));
        }

        _waits++;
        await parts.Events.WaitAsync(cancellationToken);
    }

    /// <summary>Follows the log by one step whose payloads are there.</summary>
    private async Task<bool> TryReplayAsync(JobRecord job)
    {
        var step = Computation.Step;
        var pointers = await parts.Steps.ReadReducedAsync(step);
        int[] wanted = parts.Shape.PublishedLength > 0 ? [.. Enumerable.Range(0, parts.Shape.ShardCount)] : [];
        var shards = await parts.Steps.ReadShardsAsync(step, wanted);
        if (pointers.Count < parts.Shape.Layout.ChunkCount || shards.Count < wanted.Length)
        {
            return false;
        }

        var start = parts.Clock.GetTimestamp();
        var times = new PhaseTimes(parts.Clock);
        var reduced = parts.Pool.Rent();
        try
        {
            var rows = await Task.WhenAll(Enumerable.Range(0, parts.Shape.ShardCount)
                .Select(shard => wanted.Length == 0
                    ? Task.FromResult<float[]?>([])
                    : parts.Exchange.TryReadShardAsync(shards[shard], parts.Shape.PublishedLength)));
            var chunks = await Task.WhenAll(pointers.Select(entry =>
            {
                var (offset, length) = parts.Shape.Layout.Chunk(entry.Key);
                return parts.Exchange.TryReadChunkAsync(entry.Key, entry.Value, reduced.Bytes(offset, length));
            }));
            if (rows.Any(row => row is null) || chunks.Any(isRead => !isRead))
            {
                return false;
            }

            await Computation.AbandonAsync();
            await Computation.ReceiveAsync(rows!, times);
            await applier.FollowAsync(job, reduced, "", times, start);
        }
        finally
        {
            parts.Pool.Return(reduced);
        }

        return true;
    }

    /// <summary>Computes a committed step again; its bits must be those of the log.</summary>
    private async Task RecomputeAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var start = parts.Clock.GetTimestamp();
        var times = new PhaseTimes(parts.Clock);
        using var computer = new ShardComputer(Computation, parts.Pool, times);
        await Computation.AbandonAsync();
        var shards = new PublishedShard[parts.Shape.ShardCount];
        for (var shard = 0; shard < shards.Length; shard++)
        {
            shards[shard] = await computer.PublishAsync(shard, cancellationToken);
        }

        await computer.ReceiveAsync([.. shards.Select(shard => shard.Rows)]);
        await computer.ComputeAsync(new ShardRange(0, shards.Length), cancellationToken);
        var samples = StepEntry.DigestOf(shards.Select(shard => shard.SamplesDigest));
        await applier.FollowAsync(job, computer.Nodes[ReductionTree.Root(shards.Length)], samples, times, start);
    }
}
