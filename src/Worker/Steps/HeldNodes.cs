using System.Collections.Concurrent;
using LightlyCluster.Fleet.Reduction;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// Nodes of the tree that a worker holds: whole ones, and one whose last shard is being computed, of which the last chunks are there
/// first. Safe to use from several threads.
/// </summary>
internal sealed class HeldNodes
{
    private readonly ConcurrentDictionary<TreeNode, HeldNode> _nodes = new();
    private volatile TaskCompletionSource _more = NewSignal();

    /// <summary>Whole nodes and their sums.</summary>
    public IEnumerable<KeyValuePair<TreeNode, VectorBuffer>> Whole =>
        _nodes.Where(entry => entry.Value.IsWhole).Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Sum));

    /// <summary>All nodes and their sums, of which not every chunk need be there.</summary>
    public IEnumerable<KeyValuePair<TreeNode, VectorBuffer>> All => _nodes.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.Sum));

    /// <summary>Ends when there is more than there was when this was read.</summary>
    public Task More => _more.Task;

    /// <summary>The sum of a node of which something is there.</summary>
    public VectorBuffer this[TreeNode node] => _nodes[node].Sum;

    /// <summary>Whether a node is whole.</summary>
    public bool Has(TreeNode node) => _nodes.TryGetValue(node, out var held) && held.IsWhole;

    /// <summary>Whether a chunk of a node is there.</summary>
    public bool Has(TreeNode node, int chunk) => _nodes.TryGetValue(node, out var held) && held.Has(chunk);

    /// <summary>Takes chunks of a node whose other chunks are being computed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="sum">Its sum.</param>
    /// <param name="first">The first chunk that is there.</param>
    /// <param name="end">The one after the last; the same each time.</param>
    public void Add(TreeNode node, VectorBuffer sum, int first, int end)
    {
        var held = _nodes.TryGetValue(node, out var known) && known.Sum == sum ? known : _nodes[node] = new(sum, end);
        held.First = first;
        Signal();
    }

    /// <summary>Takes a whole node.</summary>
    public void Add(TreeNode node, VectorBuffer sum)
    {
        _nodes[node] = new(sum, 0) { IsWhole = true };
        Signal();
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear() => _nodes.Clear();

    // Whoever waits must not go on within the backward that signals; where a context orders all work, it goes on there anyway.
    private static TaskCompletionSource NewSignal() =>
        new(SynchronizationContext.Current is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    private void Signal()
    {
        var signal = _more;
        _more = NewSignal();
        signal.SetResult();
    }

    private sealed class HeldNode(VectorBuffer sum, int end)
    {
        private volatile int _first = int.MaxValue;

        public VectorBuffer Sum => sum;

        public bool IsWhole { get; init; }

        public int First
        {
            set => _first = value;
        }

        public bool Has(int chunk) => IsWhole || (chunk >= _first && chunk < end);
    }
}
