using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Megabytes: immutable payloads in the DATA store, each with a life span, checked by digest when read.</summary>
public sealed class PayloadStore : IPayloadStore
{
    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private int _attempt;

    /// <summary>Uses the DATA role of <paramref name="connections"/>.</summary>
    public PayloadStore(RedisConnections connections)
    {
        _connections = connections;
        _keys = new(connections.Endpoints.KeyPrefix);
    }

    /// <summary>A key that nobody ever used before.</summary>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        _keys.Payload(job, step, what, incarnation, Interlocked.Increment(ref _attempt));

    /// <summary>Stores bytes. They must not change before the task ends.</summary>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life) => _connections.Payloads.WriteAsync(key, bytes, life).OrStoreErrorAsync();

    /// <summary>Reads bytes into <paramref name="destination"/> and checks their digest.</summary>
    /// <returns>False when the payload is gone or its bytes are not the ones promised; the destination then holds anything.</returns>
    public async Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination) =>
        await TryReadPieceAsync(key, destination) && PayloadDigest.Of(destination.Span) == digest;

    /// <summary>Reads a piece of something whose digest is checked as a whole.</summary>
    /// <returns>False when the piece is gone or has another length; the destination then holds anything.</returns>
    public Task<bool> TryReadPieceAsync(string key, Memory<byte> destination) =>
        _connections.Payloads.TryReadAsync(key, destination).OrStoreErrorAsync();

    /// <summary>Drops payloads.</summary>
    public Task DeleteAsync(IReadOnlyCollection<string> keys) => keys.Count == 0
        ? Task.CompletedTask
        : _connections.Data.KeyDeleteAsync([.. keys.Select(key => (RedisKey)key)]).OrStoreErrorAsync();

    /// <summary>The key of a piece of a snapshot.</summary>
    public string SnapshotKey(string job, long step, string incarnation, int piece) => _keys.SnapshotPiece(job, step, incarnation, piece);
}
