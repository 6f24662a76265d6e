using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Addresses of workers that serve payloads to each other, and their job's secret, in META.</summary>
public sealed class PeerStore : IPeerStore
{
    private const string SecretField = "=";

    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly string _job;
    private readonly string _incarnation;

    /// <summary>Acts for one incarnation in one job.</summary>
    public PeerStore(RedisConnections connections, string job, string incarnation)
    {
        _connections = connections;
        _keys = new(connections.Endpoints.KeyPrefix);
        _job = job;
        _incarnation = incarnation;
    }

    /// <inheritdoc/>
    public string NearestAddress => _connections.NearestAddress;

    /// <inheritdoc/>
    public async Task<string?> RegisterAsync(long generation, string address, string secret, TimeSpan life)
    {
        RedisValue[] arguments = [generation, _incarnation, address, secret, (long)life.TotalMilliseconds];
        var reply = Reply.From(await _connections.Meta.ScriptEvaluateAsync(
            LuaScripts.RegisterPeer, [_keys.Job(_job), _keys.Peers(_job)], arguments).OrStoreErrorAsync());
        return reply.Code == "OK" ? reply.Values[0] : null;
    }

    /// <inheritdoc/>
    public async Task<PeerBook> ReadAsync()
    {
        var entries = (await _connections.Meta.HashGetAllAsync(_keys.Peers(_job)).OrStoreErrorAsync())
            .ToDictionary(entry => entry.Name.ToString(), entry => entry.Value.ToString(), StringComparer.Ordinal);
        entries.Remove(SecretField, out var secret);
        return new(secret ?? "", entries);
    }

    /// <inheritdoc/>
    public Task WithdrawAsync() => _connections.Meta.HashDeleteAsync(_keys.Peers(_job), _incarnation).OrStoreErrorAsync();
}
