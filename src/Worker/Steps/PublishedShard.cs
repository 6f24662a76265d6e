namespace LightlyCluster.Worker.Steps;

/// <summary>The first half of a shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="SamplesDigest">Digest of the samples it used.</param>
/// <param name="Replaced">Samples that stand in for files that do not decode.</param>
/// <param name="Rows">What it publishes, float32.</param>
internal sealed record PublishedShard(int Shard, string SamplesDigest, int Replaced, float[] Rows);
