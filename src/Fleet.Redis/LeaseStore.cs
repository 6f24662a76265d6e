using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Leases of workers and the leadership of coordinators.</summary>
public sealed class LeaseStore(RedisConnections connections) : ILeaseStore
{
    private const int LeasesAtOnce = 1000;

    private readonly RedisKeys _keys = new(connections.Endpoints.KeyPrefix);

    /// <inheritdoc/>
    public Task RenewAsync(string incarnation, TimeSpan life) => connections.Meta.StringSetAsync(_keys.Lease(incarnation), "1", life).OrStoreErrorAsync();

    /// <inheritdoc/>
    public Task ReleaseAsync(string incarnation) => connections.Meta.KeyDeleteAsync(_keys.Lease(incarnation)).OrStoreErrorAsync();

    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations)
    {
        var held = new HashSet<string>();
        if (incarnations.Count == 0)
        {
            return held;
        }

        foreach (var slice in incarnations.Chunk(LeasesAtOnce))
        {
            var values = await connections.Meta.StringGetAsync([.. slice.Select(name => (RedisKey)_keys.Lease(name))]).OrStoreErrorAsync();
            held.UnionWith(slice.Where((_, index) => values[index].HasValue));
        }

        return held;
    }

    /// <inheritdoc/>
    public async Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life)
    {
        RedisKey[] keys = [_keys.Leader, _keys.Term];
        var reply = Reply.From(await connections.Meta.ScriptEvaluateAsync(
            LuaScripts.AcquireLeadership, keys, [coordinator, (long)life.TotalMilliseconds]).OrStoreErrorAsync());
        return reply.Code == "LEADER" ? long.Parse(reply.Values[0]) : null;
    }

    /// <inheritdoc/>
    public async Task<string?> ReadLeaderAsync() => await connections.Meta.StringGetAsync(_keys.Leader).OrStoreErrorAsync();

    /// <inheritdoc/>
    public async Task ReleaseLeadershipAsync(string coordinator)
    {
        if (await connections.Meta.StringGetAsync(_keys.Leader).OrStoreErrorAsync() == coordinator)
        {
            await connections.Meta.KeyDeleteAsync(_keys.Leader).OrStoreErrorAsync();
        }
    }
}
