using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Steps;

/// <summary>The digest of a reduced vector as the log has it.</summary>
internal static class StepDigest
{
    /// <summary>Digest of the digests of the chunks, 16 hexadecimal digits: what publish_reduced.lua writes.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="codec">How its chunks travel, which is what digests are of.</param>
    /// <param name="pool">Buffers of a chunk's length.</param>
    public static string Of(VectorBuffer vector, ChunkCodec codec, VectorPool pool) => StepEntry.DigestOf(OfChunks(vector, codec, pool));

    /// <summary>The digest of each chunk, in order.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="codec">How its chunks travel, which is what digests are of.</param>
    /// <param name="pool">Buffers of a chunk's length.</param>
    public static IEnumerable<string> OfChunks(VectorBuffer vector, ChunkCodec codec, VectorPool pool) =>
        Enumerable.Range(0, codec.Layout.ChunkCount).Select(chunk =>
        {
            using var encoded = EncodedChunk.Of(codec, vector, chunk, pool);
            return PayloadDigest.Of(encoded.Bytes.Span);
        });
}
