using CsCheck;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Tests.Reduction;

public sealed class ReductionTreeTests
{
    [Fact]
    public void A_node_splits_at_the_largest_power_of_two_below_its_size()
    {
        var root = ReductionTree.Root(6);

        root.Left.ShouldBe(new TreeNode(0, 4));
        root.Right.ShouldBe(new TreeNode(4, 2));
        ReductionTree.Root(8).Left.ShouldBe(new TreeNode(0, 4));
    }

    [Fact]
    public void Maximal_subtrees_cover_a_range_exactly_and_none_can_grow() =>
        Ranges.Sample((shards, range) =>
        {
            var nodes = ReductionTree.MaximalSubtrees(shards, range);

            nodes.SelectMany(node => Enumerable.Range(node.Start, node.Count)).ShouldBe(range.Shards());
        });

    [Fact]
    public void Whoever_holds_which_range_the_sum_has_the_same_bits() =>
        Gen.Select(Gen.Int[1, 16], Gen.Int[1, 5], Gen.Float[-1e6f, 1e6f].Array[16]).Sample((shards, workers, values) =>
        {
            var expected = SumAlone(ReductionTree.Root(shards), values);
            var assignment = ShardAssignment.Weighted(
                shards, [.. Enumerable.Range(0, workers).Select(worker => $"w{worker}")], [.. Enumerable.Range(0, workers).Select(worker => 1.0 + worker)]);
            var held = assignment.Ranges.SelectMany(entry => ReductionTree.MaximalSubtrees(shards, entry.Range))
                .ToDictionary(node => node, node => SumAlone(node, values));

            ReductionTree.Missing(shards, held.ContainsKey).ShouldBeEmpty();
            BitConverter.SingleToInt32Bits(SumOf(ReductionTree.Root(shards), held)).ShouldBe(BitConverter.SingleToInt32Bits(expected));
        });

    [Fact]
    public void What_is_missing_is_named_by_shard() =>
        ReductionTree.Missing(8, node => node == new TreeNode(0, 4) || node == new TreeNode(6, 1)).ShouldBe([4, 5, 7]);

    [Fact]
    public void Inputs_are_the_largest_nodes_that_are_there() =>
        ReductionTree.Inputs(4, node => node.Count <= 2).ShouldBe([new(0, 2), new(2, 2)]);

    [Fact]
    public void A_node_can_be_printed() => new TreeNode(2, 2).ToString().ShouldBe("[2, 4)");

    private static Gen<(int Shards, ShardRange Range)> Ranges { get; } =
        from shards in Gen.Int[1, 64]
        from start in Gen.Int[0, shards - 1]
        from count in Gen.Int[1, shards - start]
        select (shards, new ShardRange(start, count));

    private static float SumAlone(TreeNode node, float[] values) =>
        node.IsLeaf ? values[node.Start] : SumAlone(node.Left, values) + SumAlone(node.Right, values);

    private static float SumOf(TreeNode node, Dictionary<TreeNode, float> held) =>
        held.TryGetValue(node, out var value) ? value : SumOf(node.Left, held) + SumOf(node.Right, held);
}
