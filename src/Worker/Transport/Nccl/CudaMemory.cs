namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Memory of the process's GPU beside pinned memory of the host, and a stream that does not wait for torch's.</summary>
internal sealed class CudaMemory : INcclMemory
{
    /// <summary>One process owns one GPU: the first one that it sees (CUDA_VISIBLE_DEVICES), as torch's "cuda".</summary>
    public const int Device = 0;

    /// <summary>Makes the stream.</summary>
    /// <exception cref="NcclException">CUDA refuses.</exception>
    public CudaMemory()
    {
        Enter();
        NcclException.RequireCuda(CudaNative.CreateStream(out var stream, CudaNative.Independent), "make a stream");
        Stream = stream;
    }

    /// <inheritdoc/>
    public IntPtr Stream { get; }

    /// <inheritdoc/>
    public void Enter() => NcclException.RequireCuda(CudaNative.SetDevice(Device), "use the device");

    /// <inheritdoc/>
    public NcclBuffer Allocate(long bytes)
    {
        Enter();
        NcclException.RequireCuda(CudaNative.AllocateHost(out var host, (nuint)bytes), $"pin {bytes} bytes of the host's memory");
        var error = CudaNative.Allocate(out var device, (nuint)bytes);
        if (error != 0)
        {
            _ = CudaNative.FreeHost(host);
            NcclException.RequireCuda(error, $"allocate {bytes} bytes on the device");
        }

        return new(host, device, bytes);
    }

    /// <inheritdoc/>
    public void Free(NcclBuffer buffer)
    {
        Enter();
        NcclException.RequireCuda(CudaNative.Free(buffer.Device), "free memory of the device");
        NcclException.RequireCuda(CudaNative.FreeHost(buffer.Host), "free pinned memory");
    }

    /// <inheritdoc/>
    public void CopyToDevice(NcclBuffer buffer, long bytes)
    {
        Enter();
        NcclException.RequireCuda(CudaNative.Copy(buffer.Device, buffer.Host, (nuint)bytes, CudaNative.ToDevice, Stream), "copy to the device");
    }

    /// <inheritdoc/>
    public void CopyToHost(NcclBuffer buffer, long bytes)
    {
        Enter();
        NcclException.RequireCuda(CudaNative.Copy(buffer.Host, buffer.Device, (nuint)bytes, CudaNative.ToHost, Stream), "copy to the host");
    }

    /// <inheritdoc/>
    public bool HasEnded()
    {
        Enter();
        var error = CudaNative.QueryStream(Stream);
        if (error == CudaNative.NotReady)
        {
            return false;
        }

        NcclException.RequireCuda(error, "finish what was enqueued");
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Enter();
        NcclException.RequireCuda(CudaNative.DestroyStream(Stream), "drop the stream");
    }
}
