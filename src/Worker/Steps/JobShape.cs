using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Steps;

/// <summary>What a prepared job is, without its tensors: all that the protocol needs to know of it.</summary>
/// <param name="Specification">The resolved specification.</param>
/// <param name="Images">Number D of images.</param>
/// <param name="Manifest">What the data is: digest of its manifest and of how it is read.</param>
/// <param name="StepsPerEpoch">S = floor(D / B).</param>
/// <param name="StepsTotal">The schedule's horizon.</param>
/// <param name="Layout">The chunks of the reduced vector.</param>
/// <param name="PublishedLength">Float32 values that a shard publishes before gradients.</param>
internal sealed record JobShape(
    JobSpecification Specification, long Images, string Manifest, long StepsPerEpoch, long StepsTotal, VectorLayout Layout, int PublishedLength)
{
    /// <summary>The arithmetic of the tree over shards.</summary>
    public TreeSum Sum { get; } = new(Layout, WireFormats.Of(Specification.Sync.Wire), Specification.Train.Seed);

    /// <summary>How chunks travel.</summary>
    public ChunkCodec Codec { get; } = new(Layout, WireFormats.Of(Specification.Sync.Wire));

    /// <summary>Number V of virtual shards.</summary>
    public int ShardCount => Specification.Train.Shards;

    /// <summary>Steps between two checkpoints: as specified, otherwise an epoch.</summary>
    public long CheckpointEvery => Specification.Checkpoint.Every > 0 ? Specification.Checkpoint.Every : StepsPerEpoch;
}
