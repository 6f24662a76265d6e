namespace LightlyCluster.Fleet.Membership;

/// <summary>META answered which leases are held.</summary>
/// <param name="Held">Incarnations that hold a lease.</param>
public sealed record LeasesRead(IReadOnlySet<string> Held) : FleetEvent;
