using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Payloads in memory.</summary>
internal sealed class MemoryPayloadStore(MemoryKeys keys) : IPayloadStore
{
    /// <inheritdoc/>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        $"payload:{job}:{step}:{what}:{incarnation}:{++keys.Attempt}";

    /// <inheritdoc/>
    public string SnapshotKey(string job, long step, string incarnation, int piece) => $"payload:{job}:{step}:snapshot{piece}:{incarnation}:0";

    /// <inheritdoc/>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life) => keys.TrySetPayload(key, bytes.ToArray(), life)
        ? Task.CompletedTask
        : Task.FromException(new StoreFullException($"OOM command not allowed when used memory > 'maxmemory' ({keys.DataBytesMaximum})."));

    /// <inheritdoc/>
    public Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination)
    {
        var bytes = keys.Payload(key);
        return bytes is null || PayloadDigest.Of(bytes) != digest ? Task.FromResult(false) : TryReadPieceAsync(key, destination);
    }

    /// <inheritdoc/>
    public Task<bool> TryReadPieceAsync(string key, Memory<byte> destination)
    {
        var bytes = keys.Payload(key);
        if (bytes is null || bytes.Length != destination.Length)
        {
            return Task.FromResult(false);
        }

        bytes.CopyTo(destination);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<string> keysToDelete)
    {
        foreach (var key in keysToDelete)
        {
            keys.DeletePayload(key);
        }

        return Task.CompletedTask;
    }
}
