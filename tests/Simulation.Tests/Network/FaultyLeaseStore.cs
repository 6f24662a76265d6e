using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Leases over the network.</summary>
internal sealed class FaultyLeaseStore(ILeaseStore inner, SimulatedNetwork network) : FaultyLink(network, isData: false), ILeaseStore
{
    public Task RenewAsync(string incarnation, TimeSpan life) => WriteAsync(() => inner.RenewAsync(incarnation, life));

    public Task ReleaseAsync(string incarnation) => WriteAsync(() => inner.ReleaseAsync(incarnation));

    public Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations) => ReadAsync(() => inner.HeldAsync(incarnations));

    public Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life) => WriteAsync(() => inner.AcquireLeadershipAsync(coordinator, life));

    public Task<string?> ReadLeaderAsync() => ReadAsync(inner.ReadLeaderAsync);

    public Task ReleaseLeadershipAsync(string coordinator) => WriteAsync(() => inner.ReleaseLeadershipAsync(coordinator));
}
