using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>Payloads through StackExchange.Redis: for Redis Cluster and TLS.</summary>
internal sealed class MultiplexedPayloadChannel(IDatabase data) : IPayloadChannel
{
    /// <inheritdoc/>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life) => data.StringSetAsync(key, bytes, life);

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, Memory<byte> destination)
    {
        using var lease = await data.StringGetLeaseAsync(key);
        if (lease is null || lease.Length != destination.Length)
        {
            return false;
        }

        lease.Span.CopyTo(destination.Span);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
