using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using LightlyCluster.Fleet.Steps;

namespace LightlyCluster.Worker.Steps;

/// <summary>The digest of a reduced vector as the log has it.</summary>
internal static class StepDigest
{
    /// <summary>Digest of the digests of the chunks, 16 hexadecimal digits: what publish_reduced.lua writes.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Redis scripts have SHA-1 only; it tells equal bytes from unequal ones, nothing more.")]
    public static string Of(VectorBuffer vector, VectorLayout layout)
    {
        var digests = new StringBuilder();
        for (var chunk = 0; chunk < layout.ChunkCount; chunk++)
        {
            var (offset, length) = layout.Chunk(chunk);
            digests.Append(PayloadDigest.Of(vector.Bytes(offset, length).Span));
        }

        return Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(digests.ToString())))[..16];
    }
}
