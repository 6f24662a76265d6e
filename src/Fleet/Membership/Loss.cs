namespace LightlyCluster.Fleet.Membership;

/// <summary>A member that died.</summary>
/// <param name="Incarnation">The member.</param>
/// <param name="Cause">How it was noticed: connection closed, lease expired, stuck or failed.</param>
/// <param name="Detection">From the last sign of life to the decision.</param>
public sealed record Loss(string Incarnation, string Cause, TimeSpan Detection);
