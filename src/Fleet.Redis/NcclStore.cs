using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Facts on which the members of a generation agree to exchange by NCCL, in META.</summary>
public sealed class NcclStore : INcclStore
{
    private const string GenerationField = "=";

    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly string _job;

    /// <summary>Acts in one job.</summary>
    public NcclStore(RedisConnections connections, string job)
    {
        _connections = connections;
        _keys = new(connections.Endpoints.KeyPrefix);
        _job = job;
    }

    /// <inheritdoc/>
    public async Task<string?> AgreeAsync(long generation, string fact, string proposed, TimeSpan life)
    {
        RedisValue[] arguments = [generation, fact, proposed, (long)life.TotalMilliseconds];
        var reply = Reply.From(await _connections.Meta.ScriptEvaluateAsync(
            LuaScripts.AgreeNccl, [_keys.Job(_job), _keys.Nccl(_job)], arguments).OrStoreErrorAsync());
        return reply.Code == "OK" ? reply.Values[0] : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>?> ReadAsync(long generation)
    {
        var job = await _connections.Meta.HashGetAsync(_keys.Job(_job), ["state", "generation"]).OrStoreErrorAsync();
        if ((string?)job[0] is null or "Succeeded" or "Failed" or "Cancelled" || (string?)job[1] != $"{generation}")
        {
            return null;
        }

        var facts = (await _connections.Meta.HashGetAllAsync(_keys.Nccl(_job)).OrStoreErrorAsync())
            .ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString(), StringComparer.Ordinal);
        return facts.Remove(GenerationField, out var current) && current == $"{generation}" ? facts : new Dictionary<string, string>();
    }
}
