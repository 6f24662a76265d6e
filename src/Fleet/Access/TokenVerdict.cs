namespace LightlyCluster.Fleet.Access;

/// <summary>What a token file says about a token.</summary>
/// <param name="Caller">Who bears it; null where it is not accepted.</param>
/// <param name="HasExpired">Whether it was valid once.</param>
public sealed record TokenVerdict(Caller? Caller, bool HasExpired);
