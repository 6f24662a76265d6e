using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Reduction;

/// <summary>The fixed binary tree in which gradients are added, so that the sum's bits never depend on who added what.</summary>
/// <remarks>
/// Floating-point addition is not associative. Every member therefore adds in the order of one tree over shard numbers and
/// publishes whole nodes of it; a node is a pure function of the state and stays valid when its maker dies.
/// </remarks>
public static class ReductionTree
{
    /// <summary>The root of a tree over <paramref name="shardCount"/> shards.</summary>
    public static TreeNode Root(int shardCount) => new(0, shardCount);

    /// <summary>All nodes of the tree, 2 * <paramref name="shardCount"/> - 1 of them; parents come before children.</summary>
    public static IReadOnlyList<TreeNode> Nodes(int shardCount)
    {
        var nodes = new List<TreeNode>((2 * shardCount) - 1) { Root(shardCount) };
        for (var index = 0; index < nodes.Count; index++)
        {
            if (!nodes[index].IsLeaf)
            {
                nodes.Add(nodes[index].Left);
                nodes.Add(nodes[index].Right);
            }
        }

        return nodes;
    }

    /// <summary>The largest nodes of the tree that lie within a range, in order; together they cover it exactly.</summary>
    public static IReadOnlyList<TreeNode> MaximalSubtrees(int shardCount, ShardRange range)
    {
        var found = new List<TreeNode>();
        Descend(Root(shardCount));
        return found;

        void Descend(TreeNode node)
        {
            if (node.Start >= range.Start && node.End <= range.End)
            {
                found.Add(node);
            }
            else if (node.Start < range.End && node.End > range.Start && !node.IsLeaf)
            {
                Descend(node.Left);
                Descend(node.Right);
            }
        }
    }

    /// <summary>The shards that no available node covers, seen from the root downwards.</summary>
    public static IReadOnlyList<int> Missing(int shardCount, Func<TreeNode, bool> isAvailable)
    {
        var missing = new List<int>();
        Descend(Root(shardCount));
        return missing;

        void Descend(TreeNode node)
        {
            if (isAvailable(node))
            {
                return;
            }

            if (node.IsLeaf)
            {
                missing.Add(node.Start);
                return;
            }

            Descend(node.Left);
            Descend(node.Right);
        }
    }

    /// <summary>The available nodes that a sum from the root downwards uses, in order. Nothing may be missing.</summary>
    public static IReadOnlyList<TreeNode> Inputs(int shardCount, Func<TreeNode, bool> isAvailable)
    {
        var inputs = new List<TreeNode>();
        Descend(Root(shardCount));
        return inputs;

        void Descend(TreeNode node)
        {
            if (isAvailable(node))
            {
                inputs.Add(node);
                return;
            }

            Invariant.Require(!node.IsLeaf, "a sum has all its inputs");
            Descend(node.Left);
            Descend(node.Right);
        }
    }
}
