namespace LightlyCluster.Fleet.Stores;

/// <summary>Leases of workers and the leadership of coordinators.</summary>
public interface ILeaseStore
{
    /// <summary>Takes or renews the lease of an incarnation.</summary>
    Task RenewAsync(string incarnation, TimeSpan life);

    /// <summary>Gives a lease back.</summary>
    Task ReleaseAsync(string incarnation);

    /// <summary>Which of the incarnations hold a lease.</summary>
    Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations);

    /// <summary>Becomes or stays the leading coordinator.</summary>
    /// <returns>The term; null while another one leads.</returns>
    Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life);

    /// <summary>The leading coordinator, as it called itself; null while none leads.</summary>
    Task<string?> ReadLeaderAsync();

    /// <summary>Gives the leadership back, so that the next coordinator need not wait.</summary>
    Task ReleaseLeadershipAsync(string coordinator);
}
