namespace LightlyCluster.Fleet.Steps;

/// <summary>What a shard published in a step before gradients: which samples it used, and its embeddings.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="SamplesDigest">Digest of (sample, view, content) that it used, 16 hexadecimal digits.</param>
/// <param name="Replaced">How many of its samples stand in for files that do not decode.</param>
/// <param name="Payload">The embeddings.</param>
public sealed record ShardPointer(int Shard, string SamplesDigest, int Replaced, PayloadPointer Payload);
