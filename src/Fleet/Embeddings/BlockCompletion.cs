namespace LightlyCluster.Fleet.Embeddings;

/// <summary>The answer to a worker that has computed a block.</summary>
/// <param name="IsAccepted">Whether the block is recorded, now or before; false for an incarnation that is no member.</param>
/// <param name="DifferentDigest">The digest that another worker got, where it differs; empty otherwise.</param>
public sealed record BlockCompletion(bool IsAccepted, string DifferentDigest);
