using System.Collections.Concurrent;

namespace LightlyCluster.Worker.Steps;

/// <summary>Buffers of one length, used again, so that a steady run allocates none.</summary>
internal sealed class VectorPool(int length) : IDisposable
{
    private readonly ConcurrentBag<VectorBuffer> _free = [];

    /// <summary>Takes a buffer with whatever it holds.</summary>
    public VectorBuffer Rent() => _free.TryTake(out var buffer) ? buffer : new(length);

    /// <summary>Gives a buffer back.</summary>
    public void Return(VectorBuffer buffer) => _free.Add(buffer);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_free.TryTake(out var buffer))
        {
            ((IDisposable)buffer).Dispose();
        }
    }
}
