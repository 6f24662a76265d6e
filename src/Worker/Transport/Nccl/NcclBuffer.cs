namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>A staging buffer: bytes that this process writes and reads, and the same bytes where NCCL moves them.</summary>
/// <param name="Host">Memory of the host.</param>
/// <param name="Device">Memory of the device; the same as <paramref name="Host"/> where NCCL moves host memory.</param>
/// <param name="Bytes">Length.</param>
internal sealed record NcclBuffer(IntPtr Host, IntPtr Device, long Bytes)
{
    /// <summary>Some bytes of it, on the host.</summary>
    public unsafe Span<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Bytes, nameof(length));
        return new((byte*)Host + offset, length);
    }
}
