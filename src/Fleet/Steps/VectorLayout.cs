namespace LightlyCluster.Fleet.Steps;

/// <summary>Cuts the reduced vector into chunks that travel as 256 KiB to 1 MiB.</summary>
/// <param name="Length">Number of float32 values; a multiple of 16.</param>
/// <param name="GradientLength">How many of them, from the first on, are gradients, which travel in the job's wire format.</param>
/// <param name="ChunkLength">Values in a full chunk; a multiple of 16.</param>
public sealed record VectorLayout(int Length, int GradientLength, int ChunkLength = VectorLayout.DefaultChunkLength)
{
    /// <summary>Values in a full chunk unless given: 512 KiB of float32.</summary>
    public const int DefaultChunkLength = 128 * 1024;

    /// <summary>Number of chunks, at least 1.</summary>
    public int ChunkCount => Math.Max(1, (Length + ChunkLength - 1) / ChunkLength);

    /// <summary>How many chunks, from the first on, are full of gradients and nothing else.</summary>
    public int GradientChunkCount => GradientLength / ChunkLength;

    /// <summary>The first chunk that begins at an offset (in values) or behind it.</summary>
    public int FirstChunkFrom(int offset) => (offset + ChunkLength - 1) / ChunkLength;

    /// <summary>Offset (in values) and length of a chunk.</summary>
    public (int Offset, int Length) Chunk(int chunk) =>
        (chunk * ChunkLength, Math.Min(ChunkLength, Length - (chunk * ChunkLength)));

    /// <summary>How many values of a chunk, from its first on, are gradients.</summary>
    public int GradientsIn(int chunk) => Math.Clamp(GradientLength - (chunk * ChunkLength), 0, Chunk(chunk).Length);
}
