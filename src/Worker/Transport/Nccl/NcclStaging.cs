namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Staging buffers, used again, so that a steady run allocates none. They are freed with this, whoever holds them.</summary>
internal sealed class NcclStaging(INcclMemory memory) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<NcclBuffer> _all = [];
    private readonly List<NcclBuffer> _free = [];

    /// <summary>The memory.</summary>
    public INcclMemory Memory => memory;

    /// <summary>Takes a buffer of at least so many bytes: the smallest one that is free.</summary>
    /// <exception cref="NcclException">There is no memory.</exception>
    public NcclBuffer Rent(long bytes)
    {
        lock (_lock)
        {
            var buffer = _free.Where(free => free.Bytes >= bytes).MinBy(free => free.Bytes);
            if (buffer is null)
            {
                buffer = memory.Allocate(bytes);
                _all.Add(buffer);
                return buffer;
            }

            _free.Remove(buffer);
            return buffer;
        }
    }

    /// <summary>Gives a buffer back that nobody reads or writes any more.</summary>
    public void Return(NcclBuffer buffer)
    {
        lock (_lock)
        {
            _free.Add(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _all.ForEach(memory.Free);
        _all.Clear();
        memory.Dispose();
    }
}
