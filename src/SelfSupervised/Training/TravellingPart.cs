namespace LightlyCluster.SelfSupervised.Training;

/// <summary>An output of every shard that everybody receives before gradients.</summary>
/// <param name="IsTarget">Whether it comes from the momentum networks.</param>
/// <param name="View">Which view.</param>
/// <param name="Slot">Which output of the view.</param>
/// <param name="Length">Columns.</param>
internal sealed record TravellingPart(bool IsTarget, int View, int Slot, int Length);
