using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>By what the ranks of a communicator find each other: <c>ncclUniqueId</c>, 128 bytes that are passed by value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NcclUniqueId
{
    /// <summary>Number of bytes.</summary>
    public const int Length = 128;

    private fixed byte _bytes[Length];

    /// <summary>Reads what <see cref="ToHex"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static NcclUniqueId FromHex(string text)
    {
        var bytes = Convert.FromHexString(text);
        return bytes.Length == Length
            ? MemoryMarshal.Read<NcclUniqueId>(bytes)
            : throw new FormatException($"A unique id of NCCL has {Length} bytes, this one {bytes.Length}.");
    }

    /// <summary>The bytes as text.</summary>
    public readonly string ToHex()
    {
        var copy = this;
        return Convert.ToHexString(MemoryMarshal.AsBytes(new ReadOnlySpan<NcclUniqueId>(in copy)));
    }
}
