namespace LightlyCluster.Fleet.Embeddings;

/// <summary>What a worker that asked for a block has to do.</summary>
public enum BlockLeaseOutcome
{
    /// <summary>Compute this block.</summary>
    Leased,

    /// <summary>All are leased; this one is computed by another member, who may be stuck. Whoever is first counts.</summary>
    Help,

    /// <summary>All are done.</summary>
    Done,

    /// <summary>Look again: this incarnation is no member, or the job does not run.</summary>
    Stale,
}
