namespace LightlyCluster.Fleet.Membership;

/// <summary>The intervals that membership follows from; all derive from the lease.</summary>
/// <param name="Lease">How long a lease lasts.</param>
/// <param name="LeaseRenewal">How often a worker renews its lease.</param>
/// <param name="Reconnect">How long a closed stream may stay closed before it counts as a death.</param>
/// <param name="Gathering">How long a start waits for the wanted number of workers.</param>
public sealed record MembershipTimes(TimeSpan Lease, TimeSpan LeaseRenewal, TimeSpan Reconnect, TimeSpan Gathering)
{
    /// <summary>3 s leases renewed every 0.5 s, 250 ms to reconnect, 15 s to gather.</summary>
    public static MembershipTimes Default { get; } = new(
        TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15));

    /// <summary>Longer leases for more than 200 workers: 15 s renewed every 5 s.</summary>
    public static MembershipTimes ForManyWorkers { get; } = Default with { Lease = TimeSpan.FromSeconds(15), LeaseRenewal = TimeSpan.FromSeconds(5) };
}
