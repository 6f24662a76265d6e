namespace LightlyCluster.Fleet.Membership;

/// <summary>Where a member stands while all others wait for it.</summary>
/// <param name="Step">The state that it holds; when it moves on, it stands no more.</param>
/// <param name="Since">Since when all others wait, or waited.</param>
public sealed record Standstill(long Step, TimeSpan Since);
