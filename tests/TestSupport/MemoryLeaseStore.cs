using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Leases and the leadership, in memory.</summary>
internal sealed class MemoryLeaseStore(MemoryKeys keys) : ILeaseStore
{
    private const string Leader = "leader:id";
    private const string Term = "leader:term";

    /// <inheritdoc/>
    public Task RenewAsync(string incarnation, TimeSpan life)
    {
        keys.SetText(Lease(incarnation), "1", life);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(string incarnation)
    {
        keys.Delete(Lease(incarnation));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations) =>
        Task.FromResult<IReadOnlySet<string>>(incarnations.Where(incarnation => keys.Text(Lease(incarnation)) is not null).ToHashSet(StringComparer.Ordinal));

    /// <summary>acquire_leadership.lua.</summary>
    public Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life)
    {
        var leader = keys.Text(Leader);
        if (leader == coordinator)
        {
            keys.Expire(Leader, life);
            return Task.FromResult<long?>(long.Parse(keys.Text(Term)!));
        }

        if (leader is not null)
        {
            return Task.FromResult<long?>(null);
        }

        keys.SetText(Leader, coordinator, life);
        var term = long.Parse(keys.Text(Term) ?? "0") + 1;
        keys.SetText(Term, term.ToString(), null);
        return Task.FromResult<long?>(term);
    }

    /// <inheritdoc/>
    public Task<string?> ReadLeaderAsync() => Task.FromResult(keys.Text(Leader));

    /// <inheritdoc/>
    public Task ReleaseLeadershipAsync(string coordinator)
    {
        if (keys.Text(Leader) == coordinator)
        {
            keys.Delete(Leader);
        }

        return Task.CompletedTask;
    }

    private static string Lease(string incarnation) => $"lease:{incarnation}";
}
