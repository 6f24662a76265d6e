using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>Payloads whose calls are timed.</summary>
internal sealed class TimedPayloads(IPayloadStore payloads, CallTimes times) : IPayloadStore
{
    /// <inheritdoc/>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        payloads.NewKey(job, step, what, incarnation, bytes);

    /// <inheritdoc/>
    public string SnapshotKey(string job, long step, string incarnation, int piece) => payloads.SnapshotKey(job, step, incarnation, piece);

    /// <inheritdoc/>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life) =>
        times.MeasureAsync("payload write", () => payloads.WriteAsync(key, bytes, life));

    /// <inheritdoc/>
    public Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination) =>
        times.MeasureAsync("payload read", () => payloads.TryReadAsync(key, digest, destination));

    /// <inheritdoc/>
    public Task<bool> TryReadPieceAsync(string key, Memory<byte> destination) => payloads.TryReadPieceAsync(key, destination);

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<string> keys) => times.MeasureAsync("payload delete", () => payloads.DeleteAsync(keys));
}
