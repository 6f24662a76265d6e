namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>What becomes of a tensor of the state at the end of a round.</summary>
internal enum PartKind
{
    /// <summary>A trained parameter: the outer step follows what the replicas moved on average.</summary>
    Moved,

    /// <summary>Other numbers (optimizer buffers, running statistics, momentum encoders, centres): the replicas' mean.</summary>
    Averaged,

    /// <summary>A counter: advances by what the replicas counted on average.</summary>
    Counted,

    /// <summary>Stays, or is a ring of rows, which is put together from the replicas' rows.</summary>
    Kept,
}
