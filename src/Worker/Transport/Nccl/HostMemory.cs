using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Memory of the host, for a library with NCCL's interface that moves that (the one of the tests).</summary>
internal sealed unsafe class HostMemory : INcclMemory
{
    private const nuint Alignment = 64;

    /// <inheritdoc/>
    public IntPtr Stream => 0;

    /// <inheritdoc/>
    public void Enter()
    {
        // There is no device.
    }

    /// <inheritdoc/>
    public NcclBuffer Allocate(long bytes)
    {
        var memory = (IntPtr)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        return new(memory, memory, bytes);
    }

    /// <inheritdoc/>
    public void Free(NcclBuffer buffer) => NativeMemory.AlignedFree((void*)buffer.Host);

    /// <inheritdoc/>
    public void CopyToDevice(NcclBuffer buffer, long bytes)
    {
        // The bytes are there.
    }

    /// <inheritdoc/>
    public void CopyToHost(NcclBuffer buffer, long bytes)
    {
        // The bytes are there.
    }

    /// <inheritdoc/>
    public bool HasEnded() => true;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Buffers are freed one by one.
    }
}
