using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Worker.Steps;

/// <summary>Computes shards of the running step, each half once, and adds their vectors in the tree.</summary>
internal sealed class ShardComputer(IJobComputation computation, VectorPool pool, PhaseTimes times) : IDisposable
{
    private readonly Dictionary<int, PublishedShard> _published = [];
    private readonly Dictionary<TreeNode, VectorBuffer> _nodes = [];
    private bool _hasReceived;

    /// <summary>What this worker computed of the first half, by shard.</summary>
    public IReadOnlyDictionary<int, PublishedShard> Published => _published;

    /// <summary>Nodes of the tree that this worker holds.</summary>
    public IReadOnlyDictionary<TreeNode, VectorBuffer> Nodes => _nodes;

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

    /// <summary>Second half of the shards of a range that no held node covers; their sums become held nodes.</summary>
    public async Task ComputeAsync(ShardRange range, CancellationToken cancellationToken)
    {
        foreach (var segment in Segments(range).ToArray())
        {
            foreach (var node in ReductionTree.MaximalSubtrees(computation.Shape.ShardCount, segment))
            {
                _nodes.Add(node, await SumAsync(node, cancellationToken));
            }
        }
    }

    /// <summary>Gives the buffers back; the step is over.</summary>
    public void Dispose()
    {
        foreach (var buffer in _nodes.Values)
        {
            pool.Return(buffer);
        }

        _nodes.Clear();
    }

    private IEnumerable<ShardRange> Segments(ShardRange range)
    {
        var start = -1;
        for (var shard = range.Start; shard <= range.End; shard++)
        {
            var isNeeded = shard < range.End && !_nodes.Keys.Any(node => shard >= node.Start && shard < node.End);
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

    private async Task<VectorBuffer> SumAsync(TreeNode node, CancellationToken cancellationToken)
    {
        if (!node.IsLeaf)
        {
            var left = await SumAsync(node.Left, cancellationToken);
            var right = await SumAsync(node.Right, cancellationToken);
            computation.Shape.Sum.Add(left, right, computation.Step, node);
            pool.Return(right);
            return left;
        }

        cancellationToken.ThrowIfCancellationRequested();
        await PublishAsync(node.Start, cancellationToken);
        var leaf = pool.Rent();
        await computation.BackwardAsync(node.Start, leaf, times);
        computation.Shape.Sum.Round(leaf, computation.Step, node);
        ShardsComputed++;
        return leaf;
    }
}
