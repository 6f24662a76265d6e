using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>
/// Who sends what to whom in a step, in rounds that all members make in the same order: rows to all, nodes to the owners of chunks,
/// sums to all. It follows from the plan alone, so nobody has to ask.
/// </summary>
internal static class NcclSchedule
{
    /// <summary>Number of rounds of a step.</summary>
    public const int RoundCount = 3;

    /// <summary>The parcels of the rounds.</summary>
    /// <param name="members">The ranks.</param>
    /// <param name="assignment">Who computes what in the step.</param>
    /// <param name="shardCount">Number V of virtual shards.</param>
    /// <param name="publishedLength">Float32 values that a shard publishes.</param>
    /// <param name="codec">How chunks travel.</param>
    public static IReadOnlyList<NcclParcel>[] Of(
        IReadOnlyList<string> members, ShardAssignment assignment, int shardCount, int publishedLength, ChunkCodec codec)
    {
        string[] owners = [.. assignment.Ranges.Where(entry => entry.Range.Count > 0).Select(entry => entry.Member)];
        var chunks = Enumerable.Range(0, codec.Layout.ChunkCount).ToLookup(chunk => ChunkOwnership.OwnerOf(chunk, owners));
        var rounds = new List<NcclParcel>[RoundCount];
        for (var round = 0; round < RoundCount; round++)
        {
            rounds[round] = [];
        }

        for (var rank = 0; rank < members.Count; rank++)
        {
            var range = assignment.RangeOf(members[rank]);
            rounds[0].Add(new(rank, null, [.. range.Shards().Select(shard => (PayloadNames.Shard(shard), publishedLength * sizeof(float)))]));
            var nodes = range.Count > 0 ? ReductionTree.MaximalSubtrees(shardCount, range) : [];
            rounds[1].AddRange(Enumerable.Range(0, members.Count).Where(other => other != rank).Select(other => new NcclParcel(
                rank, other, [.. nodes.SelectMany(node => chunks[members[other]].Select(chunk => (PayloadNames.Node(node, chunk), codec.BytesOf(chunk))))])));
            rounds[2].Add(new(rank, null, [.. chunks[members[rank]].Select(chunk => (PayloadNames.Reduced(chunk), codec.BytesOf(chunk)))]));
        }

        return [.. rounds.Select(parcels => parcels.Where(parcel => parcel.Bytes > 0).ToArray())];
    }
}
