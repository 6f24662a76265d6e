using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Leases of workers and the leadership of coordinators.</summary>
public sealed class LeaseStore(RedisConnections connections)
{
    private readonly RedisKeys _keys = new(connections.Endpoints.KeyPrefix);

    /// <summary>Takes or renews the lease of an incarnation.</summary>
    public Task RenewAsync(string incarnation, TimeSpan life) => connections.Meta.StringSetAsync(_keys.Lease(incarnation), "1", life);

    /// <summary>Gives a lease back.</summary>
    public Task ReleaseAsync(string incarnation) => connections.Meta.KeyDeleteAsync(_keys.Lease(incarnation));

    /// <summary>Which of the incarnations hold a lease.</summary>
    public async Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations)
    {
        var held = new HashSet<string>();
        if (incarnations.Count == 0)
        {
            return held;
        }

        foreach (var (incarnation, task) in incarnations.Select(name => (name, connections.Meta.KeyExistsAsync(_keys.Lease(name)))).ToArray())
        {
            if (await task)
            {
                held.Add(incarnation);
            }
        }

        return held;
    }

    /// <summary>Becomes or stays the leading coordinator.</summary>
    /// <returns>The term; null while another one leads.</returns>
    public async Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life)
    {
        RedisKey[] keys = [_keys.Leader, _keys.Term];
        var reply = Reply.From(await connections.Meta.ScriptEvaluateAsync(
            LuaScripts.AcquireLeadership, keys, [coordinator, (long)life.TotalMilliseconds]));
        return reply.Code == "LEADER" ? long.Parse(reply.Values[0]) : null;
    }

    /// <summary>Whether any coordinator leads.</summary>
    public Task<bool> HasLeaderAsync() => connections.Meta.KeyExistsAsync(_keys.Leader);

    /// <summary>Gives the leadership back, so that the next coordinator need not wait.</summary>
    public async Task ReleaseLeadershipAsync(string coordinator)
    {
        if (await connections.Meta.StringGetAsync(_keys.Leader) == coordinator)
        {
            await connections.Meta.KeyDeleteAsync(_keys.Leader);
        }
    }
}
