using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability.Names;
using LightlyCluster.Worker.Transport;

namespace LightlyCluster.Worker.Steps;

/// <summary>Adds up the chunks that this worker owns and fetches the others, for one step. Chunks flow independently of each other.</summary>
internal sealed class ChunkReduction(
    StepFrame frame,
    HeldNodes nodes,
    Func<ShardRange, CancellationToken, Task> computeAsync,
    IStepStore steps,
    PayloadExchange exchange,
    VectorBuffer reduced,
    VectorPool chunkPool,
    PhaseTimes times)
{
    private const int LostAfter = 3;

    /// <summary>Pointers are read again when fewer chunks than this are under way: one read starts all that are there.</summary>
    private const int FewUnderWay = 6;

    private readonly long _step = frame.Step;
    private readonly ConcurrentDictionary<int, byte> _present = new();
    private readonly ConcurrentDictionary<int, byte> _published = new();
    private readonly ConcurrentDictionary<(TreeNode Node, int Chunk), byte> _sent = new();
    private readonly ConcurrentDictionary<int, int> _failures = new();
    private readonly ConcurrentDictionary<int, int> _fetchFailures = new();
    private readonly ConcurrentDictionary<int, ChunkPointer> _written = new();
    private readonly HashSet<(TreeNode Node, int Chunk)> _lost = [];
    private readonly Dictionary<int, Task<bool>> _underWay = [];
    private Task<bool>? _publishing;
    private bool _isSummedAlone;
    private long _generation;
    private Func<int, bool> _isOwn = _ => false;

    private IEnumerable<Task<bool>> UnderWay => _publishing is null ? _underWay.Values : _underWay.Values.Append(_publishing);

    /// <summary>Whether every chunk of the sum is here.</summary>
    public bool IsComplete => _isSummedAlone || _present.Count == frame.Layout.ChunkCount;

    /// <summary>Works under a generation from now on.</summary>
    public void Begin(long generation, Func<int, bool> isOwn)
    {
        _generation = generation;
        _isOwn = isOwn;

        // A chunk that was added up here but not accepted is offered again under the new generation; one that was kept here while this
        // member was alone is added up and published for the others.
        _published.Clear();
        _isSummedAlone = false;
    }

    /// <summary>Publishes this worker's nodes for chunks that others own: each chunk as soon as it is there, until all are computed.</summary>
    /// <param name="computing">Computes the nodes.</param>
    public async Task PublishNodesAsync(Task computing)
    {
        var others = Enumerable.Range(0, frame.Layout.ChunkCount).Where(chunk => !_isOwn(chunk)).ToArray();
        while (true)
        {
            var (more, isLast) = (nodes.More, computing.IsCompleted);
            await Task.WhenAll(nodes.All.Select(entry => PublishNodeAsync(entry.Key, entry.Value, others)));
            if (isLast)
            {
                return;
            }

            await Task.WhenAny(computing, more);
        }
    }

    /// <summary>
    /// Adds up and fetches the chunks that are complete while this worker still computes. Hints of others are not waited for: who waits
    /// has done its part.
    /// </summary>
    /// <param name="computing">Computes this worker's nodes.</param>
    public async Task AdvanceWhileAsync(Task computing)
    {
        while (!computing.IsCompleted)
        {
            var more = nodes.More;
            if (nodes.All.Any())
            {
                await StartFetchingAsync();
                await StartReducingAsync();
                Publish();
            }

            while (!computing.IsCompleted && !more.IsCompleted)
            {
                await Task.WhenAny([computing, more, .. UnderWay]);
                if (await HarvestAsync())
                {
                    Publish();
                }
            }
        }
    }

    /// <summary>Starts what can be started, publishes what is added up, and waits for the first thing under way to end.</summary>
    /// <returns>Whether anything moved; false: wait for others.</returns>
    public Task<bool> AdvanceAsync(CancellationToken cancellationToken) => times.MeasureAsync(TelemetryPhases.ExchangeGradients, async () =>
    {
        if (_underWay.Count < FewUnderWay)
        {
            // One after the other: both start chunks, and a chunk is started once.
            await StartFetchingAsync();
            await StartReducingAsync();
        }

        Publish();
        if (_failures.Values.Any(count => count >= LostAfter))
        {
            await ComputeLostAsync(cancellationToken);
            return true;
        }

        Task<bool>[] all = [.. UnderWay];
        if (all.Length == 0)
        {
            return false;
        }

        await Task.WhenAny(all);
        return await HarvestAsync();
    });

    /// <summary>Computes what nobody has published of the chunks that are not here, and adds all of them up: their makers are stuck.</summary>
    public async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        _isOwn = _ => true;
        var open = Enumerable.Range(0, frame.Layout.ChunkCount).Where(chunk => !_present.ContainsKey(chunk)).ToArray();
        var published = (await steps.ReadNodesAsync(_step, open, frame.ShardCount)).ToLookup(node => node.Chunk, node => node.Node);
        var missing = open.SelectMany(chunk => ReductionTree.Missing(
            frame.ShardCount, node => nodes.Has(node) || published[chunk].Contains(node))).Distinct().Order().ToArray();
        foreach (var shard in missing)
        {
            await computeAsync(new ShardRange(shard, 1), cancellationToken);
        }
    }

    /// <summary>Waits until nothing is under way, so that buffers may be given back.</summary>
    public async Task SettleAsync()
    {
        foreach (Task task in UnderWay)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Adds up everything from own nodes; they must cover all shards.</summary>
    public async Task SumEverythingAsync(CancellationToken cancellationToken)
    {
        await computeAsync(new ShardRange(0, frame.ShardCount), cancellationToken);
        for (var chunk = 0; chunk < frame.Layout.ChunkCount; chunk++)
        {
            Sum(chunk, nodes.Whole.ToDictionary(entry => entry.Key, entry => Part(entry.Value, chunk)));
        }

        _isSummedAlone = true;
    }

    private async Task PublishNodeAsync(TreeNode node, VectorBuffer sum, IEnumerable<int> wanted)
    {
        var chunks = wanted.Where(chunk => nodes.Has(node, chunk) && !_sent.ContainsKey((node, chunk))).ToArray();
        if (chunks.Length > 0 && await exchange.PublishNodeAsync(_generation, _step, node, sum, chunks) == PublishOutcome.Accepted)
        {
            Array.ForEach(chunks, chunk => _sent.TryAdd((node, chunk), 0));
        }
    }

    private async Task StartFetchingAsync()
    {
        if (IsComplete)
        {
            return;
        }

        foreach (var (chunk, pointer) in await steps.ReadReducedAsync(_step))
        {
            if (!_present.ContainsKey(chunk) && !_underWay.ContainsKey(chunk) && !exchange.IsUnderWay(pointer))
            {
                _underWay.Add(chunk, FetchAsync(chunk, pointer));
            }
        }
    }

    private async Task StartReducingAsync()
    {
        var open = Enumerable.Range(0, frame.Layout.ChunkCount)
            .Where(chunk => IsMine(chunk) && !_present.ContainsKey(chunk) && !_underWay.ContainsKey(chunk)).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var published = (await steps.ReadNodesAsync(_step, open, frame.ShardCount)).ToLookup(node => node.Chunk);
        foreach (var chunk in open.Where(chunk => !_underWay.ContainsKey(chunk)))
        {
            var available = published[chunk].Where(node => !_lost.Contains((node.Node, chunk)) && !exchange.IsUnderWay(node.Payload))
                .ToDictionary(node => node.Node, node => node.Payload);
            if (ReductionTree.Missing(frame.ShardCount, node => nodes.Has(node, chunk) || available.ContainsKey(node)).Count == 0)
            {
                _underWay.Add(chunk, ReduceAsync(chunk, available));
            }
        }
    }

    /// <summary>Offers chunks that are added up, all that have gathered at once, one request at a time.</summary>
    private void Publish()
    {
        var ready = _written.Values.Where(pointer => !_published.ContainsKey(pointer.Chunk)).ToArray();
        if (_publishing is null && ready.Length > 0)
        {
            _publishing = PublishAsync(ready);
        }
    }

    private async Task<bool> HarvestAsync()
    {
        var moved = false;
        foreach (var (chunk, task) in _underWay.Where(entry => entry.Value.IsCompleted).ToArray())
        {
            _underWay.Remove(chunk);
            moved |= await task;
        }

        if (_publishing is { IsCompleted: true } publishing)
        {
            _publishing = null;
            moved |= await publishing;
        }

        return moved;
    }

    private async Task<bool> FetchAsync(int chunk, PayloadPointer pointer)
    {
        if (!await exchange.TryReadSumAsync(_step, chunk, pointer, Part(reduced, chunk)))
        {
            _fetchFailures.AddOrUpdate(chunk, 1, (_, count) => count + 1);
            return false;
        }

        _present.TryAdd(chunk, 0);
        _published.TryAdd(chunk, 0);
        return true;
    }

    private async Task<bool> ReduceAsync(int chunk, Dictionary<TreeNode, PayloadPointer> available)
    {
        // Continue on the pool: this is started from the loop, which must go on starting others.
        await Task.Yield();
        if (!await TryGatherAsync(chunk, available))
        {
            _failures.AddOrUpdate(chunk, 1, (_, count) => count + 1);
            return false;
        }

        // Present only when written: a sum whose bytes the store did not take must be made again, or nobody would ever publish it.
        _written[chunk] = await exchange.WriteChunkAsync(_step, chunk, reduced);
        CrashPoint.Reach("worker.reduced-written");
        _present.TryAdd(chunk, 0);
        return true;
    }

    private async Task<bool> PublishAsync(ChunkPointer[] ready)
    {
        var outcome = await exchange.PublishChunksAsync(_generation, _step, ready, frame.ShardCount, frame.LearningRate);
        if (outcome is not (PublishOutcome.Accepted or PublishOutcome.Committed or PublishOutcome.AlreadyCommitted))
        {
            return false;
        }

        Array.ForEach(ready, pointer => _published.TryAdd(pointer.Chunk, 0));
        return true;
    }

    private async Task<bool> TryGatherAsync(int chunk, Dictionary<TreeNode, PayloadPointer> available)
    {
        var inputs = ReductionTree.Inputs(frame.ShardCount, node => nodes.Has(node, chunk) || available.ContainsKey(node));
        var parts = new Dictionary<TreeNode, Memory<byte>>();
        var rented = new List<VectorBuffer>();
        var reads = new List<Task<bool>>();
        foreach (var node in inputs)
        {
            if (nodes.Has(node, chunk))
            {
                parts[node] = Part(nodes[node], chunk);
                continue;
            }

            var buffer = chunkPool.Rent();
            rented.Add(buffer);
            parts[node] = buffer.Bytes(0, frame.Layout.Chunk(chunk).Length);
            reads.Add(exchange.TryReadChunkAsync(chunk, available[node], parts[node]));
            CrashPoint.Reach("worker.half-gathered");
        }

        try
        {
            var isComplete = (await Task.WhenAll(reads)).All(read => read);
            if (isComplete)
            {
                Sum(chunk, parts);
            }

            return isComplete;
        }
        finally
        {
            rented.ForEach(chunkPool.Return);
        }
    }

    /// <summary>Whether this worker adds a chunk up: as its owner, or because the bytes of its published sum are gone.</summary>
    private bool IsMine(int chunk) => _isOwn(chunk) || _fetchFailures.GetValueOrDefault(chunk) >= LostAfter;

    /// <summary>Payloads of others are gone: their shards are pure functions, so they are computed here.</summary>
    private async Task ComputeLostAsync(CancellationToken cancellationToken)
    {
        var chunks = _failures.Where(entry => entry.Value >= LostAfter).Select(entry => entry.Key).ToArray();
        foreach (var pointer in await steps.ReadNodesAsync(_step, chunks, frame.ShardCount))
        {
            // Own parts may cover the node in another division: then they are used, never again the pointer.
            await computeAsync(new(pointer.Node.Start, pointer.Node.Count), cancellationToken);
            _lost.Add((pointer.Node, pointer.Chunk));
        }

        _failures.Clear();
    }

    private void Sum(int chunk, IReadOnlyDictionary<TreeNode, Memory<byte>> parts)
    {
        var destination = Part(reduced, chunk).Span;
        var root = ReductionTree.Root(frame.ShardCount);
        if (parts.TryGetValue(root, out var whole))
        {
            whole.Span.CopyTo(destination);
            return;
        }

        AddInto(root, destination);

        void AddInto(TreeNode node, Span<byte> sum)
        {
            var left = ValueOf(node.Left, sum);
            if (parts.TryGetValue(node.Right, out var right))
            {
                Add(node, left, right.Span, sum);
                return;
            }

            var scratch = chunkPool.Rent();
            Add(node, left, ValueOf(node.Right, scratch.GetSpan()[..sum.Length]), sum);
            chunkPool.Return(scratch);
        }

        // Where a node lies, or is added up if it is not here.
        ReadOnlySpan<byte> ValueOf(TreeNode node, Span<byte> sum)
        {
            if (parts.TryGetValue(node, out var part))
            {
                return part.Span;
            }

            AddInto(node, sum);
            return sum;
        }

        void Add(TreeNode node, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> sum) => frame.Sum.Add(
            chunk, MemoryMarshal.Cast<byte, float>(left), MemoryMarshal.Cast<byte, float>(right), MemoryMarshal.Cast<byte, float>(sum), _step, node);
    }

    private Memory<byte> Part(VectorBuffer buffer, int chunk)
    {
        var (offset, length) = frame.Layout.Chunk(chunk);
        return buffer.Bytes(offset, length);
    }
}
