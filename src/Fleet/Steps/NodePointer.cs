using LightlyCluster.Fleet.Reduction;

namespace LightlyCluster.Fleet.Steps;

/// <summary>A published node of the summation tree, for one chunk of the vector.</summary>
/// <param name="Chunk">Number of the chunk.</param>
/// <param name="Node">The node.</param>
/// <param name="Payload">The bytes of the sum.</param>
public sealed record NodePointer(int Chunk, TreeNode Node, PayloadPointer Payload);
