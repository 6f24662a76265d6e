using System.Collections.Concurrent;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Transport.Redis;

namespace LightlyCluster.Worker.Steps;

/// <summary>Adds up the chunks that this worker owns and fetches the others, for one step.</summary>
internal sealed class ChunkReduction(
    StepFrame frame,
    IReadOnlyDictionary<TreeNode, VectorBuffer> nodes,
    Func<ShardRange, CancellationToken, Task> computeAsync,
    StepStore steps,
    RedisExchange exchange,
    VectorBuffer reduced,
    VectorPool chunkPool,
    PhaseTimes times)
{
    private const int LostAfter = 5;

    private readonly long _step = frame.Step;
    private readonly ConcurrentDictionary<int, byte> _present = new();
    private readonly ConcurrentDictionary<int, byte> _published = new();
    private readonly ConcurrentDictionary<(TreeNode Node, int Chunk), byte> _sent = new();
    private readonly ConcurrentDictionary<int, int> _failures = new();
    private long _generation;
    private Func<int, bool> _isOwn = _ => false;

    /// <summary>Whether every chunk of the sum is here.</summary>
    public bool IsComplete => _present.Count == frame.Layout.ChunkCount;

    /// <summary>Works under a generation from now on.</summary>
    public void Begin(long generation, Func<int, bool> isOwn)
    {
        _generation = generation;
        _isOwn = isOwn;

        // A chunk that was added up here but not accepted is offered again under the new generation.
        _published.Clear();
    }

    /// <summary>Publishes this worker's nodes for chunks that others own.</summary>
    public async Task PublishNodesAsync()
    {
        var others = Enumerable.Range(0, frame.Layout.ChunkCount).Where(chunk => !_isOwn(chunk)).ToArray();
        await Task.WhenAll(nodes.Select(async entry =>
        {
            var chunks = others.Where(chunk => !_sent.ContainsKey((entry.Key, chunk))).ToArray();
            var outcome = await times.MeasureAsync("exchange_gradients", () => exchange.PublishNodeAsync(_generation, _step, entry.Key, entry.Value, chunks));
            if (outcome == PublishOutcome.Accepted)
            {
                Array.ForEach(chunks, chunk => _sent.TryAdd((entry.Key, chunk), 0));
            }
        }));
    }

    /// <summary>Adds up own chunks whose inputs are there, and fetches chunks that others have added up.</summary>
    /// <returns>Whether anything moved.</returns>
    public Task<bool> AdvanceAsync(CancellationToken cancellationToken) => times.MeasureAsync("exchange_gradients", async () =>
    {
        var moved = await FetchAsync();
        var open = Enumerable.Range(0, frame.Layout.ChunkCount)
            .Where(chunk => _isOwn(chunk) && !_published.ContainsKey(chunk)).ToArray();
        if (open.Length == 0)
        {
            return moved;
        }

        var published = (await steps.ReadNodesAsync(_step, open)).ToLookup(node => node.Chunk);
        var results = await Task.WhenAll(open.Select(chunk => TryReduceAsync(chunk, [.. published[chunk]])));
        if (_failures.Values.Any(count => count >= LostAfter))
        {
            // Payloads of others are gone: their shards are pure functions, so they are computed here.
            await ComputeLostAsync(published, open, cancellationToken);
            return true;
        }

        return moved || results.Any(result => result);
    });

    /// <summary>Adds up everything from own nodes; they must cover all shards.</summary>
    public async Task SumEverythingAsync(CancellationToken cancellationToken)
    {
        await computeAsync(new ShardRange(0, frame.ShardCount), cancellationToken);
        for (var chunk = 0; chunk < frame.Layout.ChunkCount; chunk++)
        {
            Sum(chunk, nodes.ToDictionary(entry => entry.Key, entry => Part(entry.Value, chunk)));
            _present.TryAdd(chunk, 0);
        }
    }

    private async Task<bool> FetchAsync()
    {
        if (IsComplete)
        {
            return false;
        }

        var pointers = await steps.ReadReducedAsync(_step);
        var wanted = pointers.Where(entry => !_present.ContainsKey(entry.Key)).ToArray();
        var results = await Task.WhenAll(wanted.Select(async entry =>
            (Chunk: entry.Key, IsRead: await exchange.TryReadChunkAsync(entry.Value, Part(reduced, entry.Key)))));
        foreach (var (chunk, isRead) in results)
        {
            if (isRead)
            {
                _present.TryAdd(chunk, 0);
                _published.TryAdd(chunk, 0);
            }
        }

        return results.Any(result => result.IsRead);
    }

    private async Task<bool> TryReduceAsync(int chunk, IReadOnlyList<NodePointer> published)
    {
        if (!_present.ContainsKey(chunk))
        {
            var available = published.Select(node => node.Node).ToHashSet();
            bool IsAvailable(TreeNode node) => nodes.ContainsKey(node) || available.Contains(node);
            if (ReductionTree.Missing(frame.ShardCount, IsAvailable).Count > 0 || !await TryGatherAsync(chunk, published, IsAvailable))
            {
                return false;
            }

            _present.TryAdd(chunk, 0);
        }

        var outcome = await exchange.PublishChunkAsync(_generation, _step, chunk, reduced, frame.ShardCount, frame.LearningRate);
        if (outcome is PublishOutcome.Accepted or PublishOutcome.Committed or PublishOutcome.AlreadyCommitted)
        {
            _published.TryAdd(chunk, 0);
        }

        return outcome is PublishOutcome.Accepted or PublishOutcome.Committed;
    }

    private async Task<bool> TryGatherAsync(int chunk, IReadOnlyList<NodePointer> published, Func<TreeNode, bool> isAvailable)
    {
        var inputs = ReductionTree.Inputs(frame.ShardCount, isAvailable);
        var parts = new Dictionary<TreeNode, Memory<byte>>();
        var rented = new List<VectorBuffer>();
        var reads = new List<Task<bool>>();
        foreach (var node in inputs)
        {
            if (nodes.TryGetValue(node, out var own))
            {
                parts[node] = Part(own, chunk);
                continue;
            }

            var buffer = chunkPool.Rent();
            rented.Add(buffer);
            parts[node] = buffer.Bytes(0, frame.Layout.Chunk(chunk).Length);
            reads.Add(exchange.TryReadChunkAsync(published.First(entry => entry.Node == node).Payload, parts[node]));
        }

        var isComplete = (await Task.WhenAll(reads)).All(read => read);
        if (isComplete)
        {
            Sum(chunk, parts);
        }
        else
        {
            _failures.AddOrUpdate(chunk, 1, (_, count) => count + 1);
        }

        rented.ForEach(chunkPool.Return);
        return isComplete;
    }

    private async Task ComputeLostAsync(ILookup<int, NodePointer> published, int[] open, CancellationToken cancellationToken)
    {
        var lost = open.Where(chunk => _failures.GetValueOrDefault(chunk) >= LostAfter)
            .SelectMany(chunk => published[chunk]).Select(pointer => pointer.Node).Distinct().ToArray();
        foreach (var node in lost)
        {
            await computeAsync(new(node.Start, node.Count), cancellationToken);
        }

        _failures.Clear();
    }

    private void Sum(int chunk, IReadOnlyDictionary<TreeNode, Memory<byte>> parts)
    {
        var length = frame.Layout.Chunk(chunk).Length;
        var result = Add(ReductionTree.Root(frame.ShardCount));
        result.Values[..length].CopyTo(reduced.Values.Slice(frame.Layout.Chunk(chunk).Offset, length));
        chunkPool.Return(result);

        VectorBuffer Add(TreeNode node)
        {
            if (parts.TryGetValue(node, out var part))
            {
                var copy = chunkPool.Rent();
                part.Span.CopyTo(copy.GetSpan());
                return copy;
            }

            var left = Add(node.Left);
            var right = Add(node.Right);
            VectorSum.Add(left.Values[..length], right.Values[..length]);
            chunkPool.Return(right);
            return left;
        }
    }

    private Memory<byte> Part(VectorBuffer buffer, int chunk)
    {
        var (offset, length) = frame.Layout.Chunk(chunk);
        return buffer.Bytes(offset, length);
    }
}
