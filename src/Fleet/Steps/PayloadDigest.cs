using System.IO.Hashing;

namespace LightlyCluster.Fleet.Steps;

/// <summary>The digest by which a payload is known.</summary>
public static class PayloadDigest
{
    /// <summary>XXH3 (64 bits) of bytes, 16 hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes).ToString("x16");
}
