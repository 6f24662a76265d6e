using LightlyCluster.Fleet.Steps;

namespace LightlyCluster.Worker.Steps;

/// <summary>The digest of a reduced vector as the log has it.</summary>
internal static class StepDigest
{
    /// <summary>Digest of the digests of the chunks, 16 hexadecimal digits: what publish_reduced.lua writes.</summary>
    public static string Of(VectorBuffer vector, VectorLayout layout) => StepEntry.DigestOf(Enumerable.Range(0, layout.ChunkCount).Select(chunk =>
    {
        var (offset, length) = layout.Chunk(chunk);
        return PayloadDigest.Of(vector.Bytes(offset, length).Span);
    }));
}
