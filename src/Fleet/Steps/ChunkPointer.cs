namespace LightlyCluster.Fleet.Steps;

/// <summary>A chunk of the reduced vector.</summary>
/// <param name="Chunk">Number of the chunk.</param>
/// <param name="Payload">The bytes of the sum over all shards.</param>
public sealed record ChunkPointer(int Chunk, PayloadPointer Payload);
