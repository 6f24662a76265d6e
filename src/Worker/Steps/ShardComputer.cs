using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Worker.Steps;

/// <summary>Computes shards of the running step, each half once, and adds their vectors in the tree.</summary>
internal sealed class ShardComputer(IJobComputation computation, VectorPool pool, PhaseTimes times) : IDisposable
{
    /// <summary>Each piece of a sum that is published costs requests: it is at least this part of the gradients.</summary>
    private const int PiecesMaximum = 8;

    private readonly Dictionary<int, PublishedShard> _published = [];
    private readonly HeldNodes _nodes = new();
    private bool _hasReceived;

    /// <summary>What this worker computed of the first half, by shard.</summary>
    public IReadOnlyDictionary<int, PublishedShard> Published => _published;

    /// <summary>Nodes of the tree that this worker holds.</summary>
    public HeldNodes Nodes => _nodes;

    /// <summary>Shards whose second half was computed.</summary>
    public int ShardsComputed { get; private set; }

    /// <summary>First half of a shard, once.</summary>
    public async Task<PublishedShard> PublishAsync(int shard, CancellationToken cancellationToken)
    {
        if (!_published.TryGetValue(shard, out var published))
        {
            published = await computation.PublishAsync(shard, times, cancellationToken);
            _published.Add(shard, published);
        }

        return published;
    }

    /// <summary>Hands over what all shards published, once.</summary>
    public async Task ReceiveAsync(IReadOnlyList<float[]> rows)
    {
        if (!_hasReceived)
        {
            await computation.ReceiveAsync(rows, times);
            _hasReceived = true;
        }
    }

    /// <summary>
    /// Second half of the shards of a range that no held node covers; their sums become held nodes, chunk by chunk while the last shard
    /// of each is computed.
    /// </summary>
    public async Task ComputeAsync(ShardRange range, CancellationToken cancellationToken)
    {
        foreach (var segment in Segments(range).ToArray())
        {
            foreach (var node in ReductionTree.MaximalSubtrees(computation.Shape.ShardCount, segment))
            {
                _nodes.Add(node, await SumAsync(node, (sum, first) => _nodes.Add(node, sum, first, computation.Shape.Layout.GradientChunkCount), cancellationToken));
            }
        }
    }

    /// <summary>Gives the buffers back; the step is over.</summary>
    public void Dispose()
    {
        foreach (var (_, sum) in _nodes.All)
        {
            pool.Return(sum);
        }

        _nodes.Clear();
    }

    private IEnumerable<ShardRange> Segments(ShardRange range)
    {
        var start = -1;
        for (var shard = range.Start; shard <= range.End; shard++)
        {
            var isNeeded = shard < range.End && !_nodes.Whole.Any(entry => shard >= entry.Key.Start && shard < entry.Key.End);
            if (isNeeded && start < 0)
            {
                start = shard;
            }
            else if (!isNeeded && start >= 0)
            {
                yield return new(start, shard - start);
                start = -1;
            }
        }
    }

    /// <summary>Adds up a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="onEarly">
    /// Told, while the last shard is computed, from which chunk on the sum is there already; null: nobody wants to know.
    /// </param>
    /// <param name="cancellationToken">Ends it between shards.</param>
    private async Task<VectorBuffer> SumAsync(TreeNode node, Action<VectorBuffer, int>? onEarly, CancellationToken cancellationToken)
    {
        var (sum, layout, step) = (computation.Shape.Sum, computation.Shape.Layout, computation.Step);
        var done = layout.GradientChunkCount;
        if (node.IsLeaf)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await PublishAsync(node.Start, cancellationToken);
            var leaf = pool.Rent();
            await computation.BackwardAsync(node.Start, leaf, onEarly is null ? null : offset => TakeGradients(leaf, offset), times);
            sum.Round(leaf, 0, done, step, node);
            sum.Round(leaf, layout.GradientChunkCount, layout.ChunkCount, step, node);
            ShardsComputed++;
            return leaf;
        }

        var left = await SumAsync(node.Left, null, cancellationToken);
        var right = await SumAsync(node.Right, onEarly is null ? null : TakeChunks, cancellationToken);
        sum.Add(left, right, 0, done, step, node);
        sum.Add(left, right, layout.GradientChunkCount, layout.ChunkCount, step, node);
        pool.Return(right);
        return left;

        void TakeGradients(VectorBuffer leaf, int offset)
        {
            if (layout.FirstChunkFrom(offset) is var first && done - first >= Math.Max(1, layout.GradientChunkCount / PiecesMaximum))
            {
                sum.Round(leaf, first, done, step, node);
                done = first;
                onEarly(leaf, first);
            }
        }

        void TakeChunks(VectorBuffer part, int first)
        {
            sum.Add(left, part, first, done, step, node);
            done = first;
            onEarly(left, first);
        }
    }
}
