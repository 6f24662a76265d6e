using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Payloads over the network.</summary>
internal sealed class FaultyPayloadStore(IPayloadStore inner, SimulatedNetwork network) : FaultyLink(network, isData: true), IPayloadStore
{
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        inner.NewKey(job, step, what, incarnation, bytes);

    public string SnapshotKey(string job, long step, string incarnation, int piece) => inner.SnapshotKey(job, step, incarnation, piece);

    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        byte[]? sent = null;
        return WriteAsync(() => inner.WriteAsync(key, sent ??= bytes.ToArray(), life));
    }

    public Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination) => ReadAsync(() => inner.TryReadAsync(key, digest, destination));

    public Task<bool> TryReadPieceAsync(string key, Memory<byte> destination) => ReadAsync(() => inner.TryReadPieceAsync(key, destination));

    public Task DeleteAsync(IReadOnlyCollection<string> keys) => WriteAsync(() => inner.DeleteAsync(keys));
}
