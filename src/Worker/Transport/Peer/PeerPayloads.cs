using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>
/// Payloads that stay in the memory of the worker that made them; others read them there. The key says whose they are. A worker that is
/// dead or cannot be reached is the same as bytes that are gone: another worker that has read them serves them, or they are computed anew.
/// </summary>
internal sealed class PeerPayloads(string incarnation, PayloadShelf shelf, PeerLinks links) : IPayloadStore
{
    private long _attempt;

    /// <inheritdoc/>
    public bool IsInPlace => true;

    /// <inheritdoc/>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        new PeerKey(job, step, what, incarnation, Interlocked.Increment(ref _attempt), PlaceOf(bytes)).ToString();

    /// <inheritdoc/>
    public string SnapshotKey(string job, long step, string incarnation, int piece) =>
        new PeerKey(job, step, $"snapshot{piece}", incarnation, 0).ToString();

    /// <inheritdoc/>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        shelf.Put(key, bytes);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Keep(string key, ReadOnlyMemory<byte> bytes) => shelf.Put(key, bytes);

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination)
    {
        bool IsRight() => PayloadDigest.Of(destination.Span) == digest;
        if (PeerKey.TryRead(key) is not { } name)
        {
            return false;
        }

        return (name.Place != PeerKey.Nowhere && name.Incarnation != incarnation && await links.TryReadMemoryAsync(name.Incarnation, name.Place, destination) && IsRight())
            || (await TryReadPieceAsync(key, destination) && IsRight())
            || (name.IsKeptByOthers && await links.TryReadElsewhereAsync(name.Incarnation, key, IsRight, destination));
    }

    /// <inheritdoc/>
    public async Task<bool> TryReadPieceAsync(string key, Memory<byte> destination)
    {
        if (PeerKey.TryRead(key) is not { } name)
        {
            return false;
        }

        return name.Incarnation == incarnation ? TryReadOwn(key, destination) : await links.TryReadAsync(name.Incarnation, key, destination);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<string> keys)
    {
        shelf.Remove(keys);
        return Task.CompletedTask;
    }

    private static long PlaceOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetMemoryManager<byte, VectorBuffer>(bytes, out var buffer, out var start, out _) && buffer.Place >= 0
            ? buffer.Place + start
            : PeerKey.Nowhere;

    private bool TryReadOwn(string key, Memory<byte> destination)
    {
        if (!shelf.TryTake(key, out var lease))
        {
            return false;
        }

        using (lease)
        {
            var fits = lease.Bytes.Length == destination.Length;
            if (fits)
            {
                lease.Bytes.CopyTo(destination);
            }

            return fits;
        }
    }
}
