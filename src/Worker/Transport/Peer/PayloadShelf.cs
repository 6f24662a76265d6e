using System.Runtime.InteropServices;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>
/// Payloads that this worker holds for others. The bytes of a <see cref="VectorBuffer"/> stay where they are, and the buffer is
/// retained as long as they are here or being sent; others are copied.
/// </summary>
internal sealed class PayloadShelf : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Lease> _held = new(StringComparer.Ordinal);

    /// <summary>Payloads that are held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Holds bytes under a key; what was there before goes.</summary>
    public void Put(string key, ReadOnlyMemory<byte> bytes)
    {
        var held = MemoryMarshal.TryGetMemoryManager<byte, VectorBuffer>(bytes, out var buffer)
            ? new Lease(bytes, buffer)
            : new Lease(bytes.ToArray(), null);
        Lease before;
        lock (_lock)
        {
            _held.TryGetValue(key, out before);
            _held[key] = held;
        }

        before.Dispose();
    }

    /// <summary>Takes bytes to send them; they stay until the lease is given back.</summary>
    public bool TryTake(string key, out Lease lease)
    {
        lock (_lock)
        {
            var isHeld = _held.TryGetValue(key, out var held);
            lease = isHeld ? held.Again() : default;
            return isHeld;
        }
    }

    /// <summary>Lets payloads go.</summary>
    public void Remove(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            Lease gone;
            lock (_lock)
            {
                _held.Remove(key, out gone);
            }

            gone.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        string[] keys;
        lock (_lock)
        {
            keys = [.. _held.Keys];
        }

        Remove(keys);
    }

    /// <summary>Bytes, and the buffer that they keep from being used for something else.</summary>
    internal readonly struct Lease : IDisposable
    {
        private readonly VectorBuffer? _buffer;

        /// <summary>Retains the buffer.</summary>
        public Lease(ReadOnlyMemory<byte> bytes, VectorBuffer? buffer)
        {
            Bytes = bytes;
            _buffer = buffer;
            buffer?.Retain();
        }

        /// <summary>The bytes.</summary>
        public ReadOnlyMemory<byte> Bytes { get; }

        /// <summary>Another one for the same bytes.</summary>
        public Lease Again() => new(Bytes, _buffer);

        /// <inheritdoc/>
        public void Dispose() => _buffer?.Release();
    }
}
