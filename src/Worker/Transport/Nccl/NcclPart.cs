namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Where a payload lies in a staging buffer.</summary>
internal sealed class NcclPart(long offset, int bytes)
{
    /// <summary>First byte.</summary>
    public long Offset => offset;

    /// <summary>Length.</summary>
    public int Bytes => bytes;

    /// <summary>Its key in DATA, from when its bytes are here; null before, and for what comes from others.</summary>
    public string? StoreKey { get; set; }
}
