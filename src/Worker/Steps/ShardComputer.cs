using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Hosting;
using TorchSharp;

namespace LightlyCluster.Worker.Steps;

/// <summary>Computes shards of one step on the training thread and adds their vectors in the tree.</summary>
internal sealed class ShardComputer : IDisposable
{
    private readonly JobContext _context;
    private readonly TrainingThread _training;
    private readonly VectorPool _pool;
    private readonly PhaseTimes _times;
    private readonly torch.Device _device;
    private readonly long _step;
    private readonly Dictionary<int, torch.Tensor[]> _views = [];
    private readonly Dictionary<int, PublishedShard> _published = [];
    private readonly Dictionary<TreeNode, VectorBuffer> _nodes = [];
    private bool _hasReceived;

    public ShardComputer(JobContext context, TrainingThread training, VectorPool pool, PhaseTimes times, long step)
    {
        _context = context;
        _training = training;
        _pool = pool;
        _times = times;
        _step = step;
        _device = context.Method.Options.Device;
    }

    /// <summary>What this worker computed of the first half, by shard.</summary>
    public IReadOnlyDictionary<int, PublishedShard> Published => _published;

    /// <summary>Nodes of the tree that this worker holds.</summary>
    public IReadOnlyDictionary<TreeNode, VectorBuffer> Nodes => _nodes;

    /// <summary>Shards whose second half was computed.</summary>
    public int ShardsComputed { get; private set; }

    /// <summary>First half of a shard, once.</summary>
    public async Task<PublishedShard> PublishAsync(int shard, CancellationToken cancellationToken)
    {
        if (_published.TryGetValue(shard, out var done))
        {
            return done;
        }

        var requests = _context.Method.ViewsOf(_step, shard);
        var loaded = await _times.MeasureAsync("decode", () => _context.Loader.LoadAsync(_step, requests, cancellationToken));
        var rows = await _training.RunAsync(() =>
        {
            var views = _times.Measure("augment", () => MakeViews(loaded));
            _views[shard] = views;
            CrashPoint.Reach("worker.mid-forward");
            return _times.Measure("forward", () => _context.Method.Publish(_step, shard, views));
        });
        var published = new PublishedShard(shard, loaded.Digest, loaded.Replaced, rows);
        _published.Add(shard, published);
        return published;
    }

    /// <summary>Hands over what all shards published, once.</summary>
    public async Task ReceiveAsync(IReadOnlyList<float[]> rows)
    {
        if (!_hasReceived)
        {
            await _training.RunAsync(() => _times.Measure("loss", () =>
            {
                _context.Method.Receive(_step, rows);
                return true;
            }));
            _hasReceived = true;
        }
    }

    /// <summary>Second half of the shards of a range that no held node covers; their sums become held nodes.</summary>
    public async Task ComputeAsync(ShardRange range, CancellationToken cancellationToken)
    {
        foreach (var segment in Segments(range))
        {
            foreach (var node in ReductionTree.MaximalSubtrees(_context.ShardCount, segment))
            {
                var sum = await SumAsync(node, cancellationToken);
                _nodes.Add(node, sum);
            }
        }
    }

    /// <summary>Forgets everything; the step is over.</summary>
    public void Dispose()
    {
        foreach (var buffer in _nodes.Values)
        {
            _pool.Return(buffer);
        }

        _nodes.Clear();
        foreach (var view in _views.Values.SelectMany(views => views))
        {
            view.Dispose();
        }

        _views.Clear();
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
            VectorSum.Add(left.Values, right.Values);
            _pool.Return(right);
            return left;
        }

        cancellationToken.ThrowIfCancellationRequested();
        await PublishAsync(node.Start, cancellationToken);
        var leaf = _pool.Rent();
        await _training.RunAsync(() => _times.Measure("backward", () =>
        {
            _context.Method.Backward(_step, node.Start, _views[node.Start]);
            TensorValues.CopyTo(_context.Method.Vector, leaf.Values);
            if (_views.Remove(node.Start, out var views))
            {
                Array.ForEach(views, view => view.Dispose());
            }

            return true;
        }));
        ShardsComputed++;
        return leaf;
    }

    private torch.Tensor[] MakeViews(LoadedShard loaded)
    {
        var epoch = _step / _context.StepsPerEpoch;
        var seed = _context.Specification.Train.Seed;
        return [.. loaded.Views.Select((view, index) =>
            _context.Views.Apply(loaded.Images[index], loaded.SampleIds[index], seed, epoch, view, _device))];
    }
}
