using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Transport;

/// <summary>What travels in a step of a job.</summary>
/// <param name="ShardCount">Number V of virtual shards.</param>
/// <param name="PublishedLength">Float32 values that a shard publishes before its vector.</param>
/// <param name="Codec">How chunks of vectors travel.</param>
internal sealed record PayloadShape(int ShardCount, int PublishedLength, ChunkCodec Codec)
{
    /// <summary>That of a prepared job.</summary>
    public static PayloadShape Of(JobShape job) => new(job.ShardCount, job.PublishedLength, job.Codec);
}
