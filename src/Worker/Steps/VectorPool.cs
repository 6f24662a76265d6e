using System.Collections.Concurrent;
using LightlyCluster.Fleet;

namespace LightlyCluster.Worker.Steps;

/// <summary>Buffers of one length, used again, so that a steady run allocates none.</summary>
/// <param name="length">Values in a buffer.</param>
/// <param name="shared">Where they lie, so that other processes may read them; null: in memory of this process alone.</param>
internal sealed class VectorPool(int length, SharedMemory? shared = null) : IDisposable
{
    private readonly ConcurrentBag<VectorBuffer> _free = [];
    private volatile bool _isDisposed;

    /// <summary>Takes a buffer with whatever it holds.</summary>
    public VectorBuffer Rent()
    {
        var buffer = _free.TryTake(out var free) ? free : new VectorBuffer(length, this, shared);
        buffer.Retain();
        return buffer;
    }

    /// <summary>Gives a buffer back. It is used again when nobody else retains it.</summary>
    public void Return(VectorBuffer buffer)
    {
        Invariant.Require(buffer.Pool == this, "a buffer goes back to the pool that it came from");
        buffer.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Empty();
    }

    /// <summary>Takes a buffer that nobody retains any more.</summary>
    internal void TakeBack(VectorBuffer buffer)
    {
        _free.Add(buffer);
        if (_isDisposed)
        {
            Empty();
        }
    }

    private void Empty()
    {
        while (_free.TryTake(out var buffer))
        {
            ((IDisposable)buffer).Dispose();
        }
    }
}
