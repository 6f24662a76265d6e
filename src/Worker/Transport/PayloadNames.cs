using LightlyCluster.Fleet.Reduction;

namespace LightlyCluster.Worker.Transport;

/// <summary>What the payloads of a step are called in their keys.</summary>
internal static class PayloadNames
{
    /// <summary>What a shard published before its vector.</summary>
    public static string Shard(int shard) => $"shard{shard}";

    /// <summary>A chunk of a node of the tree.</summary>
    public static string Node(TreeNode node, int chunk) => $"node{node.Start}+{node.Count}c{chunk}";

    /// <summary>Whether it is one of a node, which only the owner of the chunk reads.</summary>
    public static bool IsNode(string what) => what.StartsWith("node", StringComparison.Ordinal);

    /// <summary>A chunk of the sum.</summary>
    public static string Reduced(int chunk) => $"reduced{chunk}";
}
