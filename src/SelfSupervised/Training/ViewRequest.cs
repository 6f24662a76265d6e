namespace LightlyCluster.SelfSupervised.Training;

/// <summary>One view of one virtual shard: the unit of augmentation, forward, backward and recomputation.</summary>
/// <param name="View">Number of the view.</param>
/// <param name="Positions">Positions in the global batch, 0 to B - 1, in order.</param>
public sealed record ViewRequest(int View, IReadOnlyList<int> Positions);
