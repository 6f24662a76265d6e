using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Addresses of peers in memory; the fenced method is the script of the same name, line by line.</summary>
internal sealed class MemoryPeerStore(MemoryKeys keys, string job, string incarnation) : IPeerStore
{
    private const string SecretField = "=";

    private readonly MemoryJobKeys _names = new(job);

    /// <inheritdoc/>
    public string NearestAddress => "127.0.0.1";

    /// <summary>register_peer.lua.</summary>
    public Task<string?> RegisterAsync(long generation, string address, string secret, TimeSpan life)
    {
        var record = keys.Hash(_names.Job);
        if (record.GetValueOrDefault("state", "Failed") is "Succeeded" or "Failed" or "Cancelled" || record["generation"] != $"{generation}")
        {
            return Task.FromResult<string?>(null);
        }

        var peers = keys.OpenHash(_names.Peers);
        peers.TryAdd(SecretField, secret);
        peers[incarnation] = address;
        keys.Expire(_names.Peers, life);
        return Task.FromResult<string?>(peers[SecretField]);
    }

    /// <inheritdoc/>
    public Task<PeerBook> ReadAsync()
    {
        var entries = new Dictionary<string, string>(keys.Hash(_names.Peers), StringComparer.Ordinal);
        entries.Remove(SecretField, out var secret);
        return Task.FromResult(new PeerBook(secret ?? "", entries));
    }

    /// <inheritdoc/>
    public Task WithdrawAsync()
    {
        if (keys.Exists(_names.Peers))
        {
            keys.OpenHash(_names.Peers).Remove(incarnation);
        }

        return Task.CompletedTask;
    }
}
