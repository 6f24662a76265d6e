namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Staging memory and the stream on which NCCL works. Device and host memory differ here and nowhere else.</summary>
/// <remarks>Every call may throw <see cref="NcclException"/>. What is enqueued runs in its order.</remarks>
internal interface INcclMemory : IDisposable
{
    /// <summary>The stream.</summary>
    IntPtr Stream { get; }

    /// <summary>Makes the device that of the calling thread, for NCCL's calls.</summary>
    void Enter();

    /// <summary>Allocates a buffer, whose bytes are anything.</summary>
    NcclBuffer Allocate(long bytes);

    /// <summary>Frees a buffer that nothing uses any more.</summary>
    void Free(NcclBuffer buffer);

    /// <summary>Enqueues the copy of the first bytes to the device.</summary>
    void CopyToDevice(NcclBuffer buffer, long bytes);

    /// <summary>Enqueues the copy of the first bytes to the host.</summary>
    void CopyToHost(NcclBuffer buffer, long bytes);

    /// <summary>Whether all that was enqueued has ended.</summary>
    bool HasEnded();
}
