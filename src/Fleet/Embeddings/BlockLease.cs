namespace LightlyCluster.Fleet.Embeddings;

/// <summary>The answer to a worker that asks for a block.</summary>
/// <param name="Outcome">What the worker has to do.</param>
/// <param name="Block">Number of the block for <see cref="BlockLeaseOutcome.Leased"/> and <see cref="BlockLeaseOutcome.Help"/>; else -1.</param>
public sealed record BlockLease(BlockLeaseOutcome Outcome, int Block);
