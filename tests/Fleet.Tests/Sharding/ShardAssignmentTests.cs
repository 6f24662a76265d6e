using CsCheck;
using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Tests.Sharding;

public sealed class ShardAssignmentTests
{
    [Fact]
    public void Ranges_are_contiguous_and_cover_every_shard_once() =>
        Gen.Select(Gen.Int[1, 64], Gen.Double[0, 100].Array[1, 12]).Sample((shards, weights) =>
        {
            var assignment = ShardAssignment.Weighted(shards, Names(weights.Length), weights);

            assignment.Ranges.SelectMany(entry => entry.Range.Shards()).ShouldBe(Enumerable.Range(0, shards));
            if (shards >= weights.Length)
            {
                assignment.Ranges.ShouldAllBe(entry => entry.Range.Count > 0);
            }
        });

    [Fact]
    public void A_worker_half_as_fast_gets_half_the_shards() =>
        ShardAssignment.Weighted(12, Names(2), [2, 1]).Encode().ShouldBe("w0:0:8,w1:8:4");

    [Fact]
    public void Survivors_keep_what_they_hold_and_share_what_the_dead_held() =>
        Gen.Select(Gen.Int[1, 32], Gen.Int[1, 8], Gen.Int[0, 255]).Sample((shards, workers, mask) =>
        {
            var before = ShardAssignment.Weighted(shards, Names(workers), [.. Names(workers).Select(_ => 1.0)]);
            var gone = Names(workers).Where((_, index) => (mask >> index & 1) == 1).ToHashSet();

            var after = before.Without(shards, gone);

            if (gone.Count == workers)
            {
                after.Ranges.ShouldBeEmpty();
                return;
            }

            after.Ranges.SelectMany(entry => entry.Range.Shards()).ShouldBe(Enumerable.Range(0, shards));
            foreach (var (member, range) in after.Ranges)
            {
                before.RangeOf(member).Shards().ShouldAllBe(shard => range.Contains(shard));
            }
        });

    [Fact]
    public void What_is_encoded_can_be_decoded() =>
        ShardAssignment.Decode("a:0:3,b:3:1").Ranges.ShouldBe([("a", new(0, 3)), ("b", new(3, 1))]);

    [Fact]
    public void Only_the_chunks_of_a_member_that_leaves_move()
    {
        var before = Enumerable.Range(0, 200).Select(chunk => ChunkOwnership.OwnerOf(chunk, ["a", "b", "c"])).ToArray();
        var after = Enumerable.Range(0, 200).Select(chunk => ChunkOwnership.OwnerOf(chunk, ["a", "c"])).ToArray();

        before.Zip(after).ShouldAllBe(pair => pair.First == "b" || pair.First == pair.Second);
        before.Distinct().Order().ShouldBe(["a", "b", "c"]);
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(index => $"w{index}")];
}
