using System.Numerics;

namespace LightlyCluster.Fleet.Reduction;

/// <summary>A node of the fixed summation tree: the sum over shards [Start, Start + Count).</summary>
/// <remarks>A node of n shards splits at the largest power of two below n, whatever the number of workers.</remarks>
/// <param name="Start">First shard.</param>
/// <param name="Count">Number of shards, at least 1.</param>
public readonly record struct TreeNode(int Start, int Count)
{
    /// <summary>Whether the node is a single shard.</summary>
    public bool IsLeaf => Count == 1;

    /// <summary>The shard after the last one.</summary>
    public int End => Start + Count;

    /// <summary>The left child; only of a node that is no leaf.</summary>
    public TreeNode Left => new(Start, Split);

    /// <summary>The right child; only of a node that is no leaf.</summary>
    public TreeNode Right => new(Start + Split, Count - Split);

    /// <summary>The node as a range: "[2, 4)". (The text that a record makes by itself would never end: children have children.)</summary>
    public override string ToString() => $"[{Start}, {End})";

    private int Split => 1 << BitOperations.Log2((uint)(Count - 1));
}
