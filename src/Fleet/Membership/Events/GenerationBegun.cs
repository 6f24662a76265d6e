namespace LightlyCluster.Fleet.Membership;

/// <summary>META accepted a generation that this observer asked for.</summary>
/// <param name="Asked">What was asked for.</param>
/// <param name="Generation">Its number.</param>
public sealed record GenerationBegun(BeginGeneration Asked, long Generation) : FleetEvent;
