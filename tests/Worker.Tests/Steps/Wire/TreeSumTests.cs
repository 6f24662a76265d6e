using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Steps.Wire;
using static LightlyCluster.Worker.Tests.Steps.Wire.WireValues;

namespace LightlyCluster.Worker.Tests.Steps.Wire;

/// <summary>The tree's arithmetic and the bytes of chunks: a vector whose gradients end in the middle of a chunk.</summary>
public sealed class TreeSumTests : IDisposable
{
    private const int Shards = 5;
    private const long Step = 9;

    private static readonly VectorLayout Layout = new(7200, 7111, 2000);

    private readonly VectorPool _pool = new(Layout.Length);

    public static TheoryData<string> Words => WireValues.Words;

    public void Dispose() => _pool.Dispose();

    [Theory]
    [MemberData(nameof(Words))]
    public void Nodes_that_travel_in_chunks_give_the_sum_of_those_that_stay(string word)
    {
        var sum = new TreeSum(Layout, WireFormats.Of(word), 7);
        var codec = new ChunkCodec(Layout, WireFormats.Of(word));
        var whole = Whole(sum, ReductionTree.Root(Shards));

        for (var chunk = 0; chunk < Layout.ChunkCount; chunk++)
        {
            var (offset, length) = Layout.Chunk(chunk);
            Bits(Travelled(sum, codec, ReductionTree.Root(Shards), chunk)).ShouldBe(Bits(whole.Values.Slice(offset, length).ToArray()));
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Every_node_is_rounded_and_what_follows_the_gradients_is_not(string word)
    {
        var format = WireFormats.Of(word);
        var sum = new TreeSum(Layout, format, 7);
        var plain = Whole(new(Layout, new SingleFormat(), 7), ReductionTree.Root(Shards));

        var whole = Whole(sum, ReductionTree.Root(Shards));

        for (var chunk = 0; chunk < Layout.ChunkCount; chunk++)
        {
            var gradients = whole.Values.Slice(Layout.Chunk(chunk).Offset, Layout.GradientsIn(chunk)).ToArray();
            Bits(Rounded(format, gradients, Random(step: 77))).ShouldBe(Bits(gradients));
        }

        Bits(whole.Values[7111..].ToArray()).ShouldBe(Bits(plain.Values[7111..].ToArray()));
        whole.Values[..7111].SequenceEqual(plain.Values[..7111]).ShouldBe(format.IsExact);
    }

    [Theory]
    [InlineData("fp32", 8000, 4800)]
    [InlineData("bf16", 4000, 2222 + (89 * 4))]
    [InlineData("int8", 2063, 1111 + 35 + (89 * 4))]
    public void A_chunk_takes_the_bytes_of_its_parts(string word, int first, int last)
    {
        var codec = new ChunkCodec(Layout, WireFormats.Of(word));

        (codec.BytesOf(0), codec.BytesOf(3)).ShouldBe((first, last));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void The_digest_of_a_vector_that_was_fetched_is_that_of_one_that_was_added_up(string word)
    {
        var codec = new ChunkCodec(Layout, WireFormats.Of(word));
        var whole = Whole(new(Layout, WireFormats.Of(word), 7), ReductionTree.Root(Shards));
        var fetched = _pool.Rent();
        for (var chunk = 0; chunk < Layout.ChunkCount; chunk++)
        {
            using var encoded = EncodedChunk.Of(codec, whole, chunk, _pool);
            var (offset, length) = Layout.Chunk(chunk);
            codec.Decode(chunk, encoded.Bytes.Span, fetched.Values.Slice(offset, length));
        }

        StepDigest.Of(fetched, codec, _pool).ShouldBe(StepDigest.Of(whole, codec, _pool));
    }

    private static float[] Leaf(int shard) => Draw(Layout.Length, sample: shard);

    private VectorBuffer Whole(TreeSum sum, TreeNode node)
    {
        if (node.IsLeaf)
        {
            var leaf = _pool.Rent();
            Leaf(node.Start).CopyTo(leaf.Values);
            sum.Round(leaf, 0, Layout.ChunkCount, Step, node);
            return leaf;
        }

        var left = Whole(sum, node.Left);
        sum.Add(left, Whole(sum, node.Right), 0, Layout.ChunkCount, Step, node);
        return left;
    }

    private float[] Travelled(TreeSum sum, ChunkCodec codec, TreeNode node, int chunk)
    {
        var (offset, length) = Layout.Chunk(chunk);
        var values = new float[length];
        if (node.IsLeaf)
        {
            Leaf(node.Start).AsSpan(offset, length).CopyTo(values);
            sum.Round(chunk, values, Step, node);
        }
        else
        {
            values = Travelled(sum, codec, node.Left, chunk);
            sum.Add(chunk, values, Travelled(sum, codec, node.Right, chunk), values, Step, node);
        }

        var bytes = new byte[codec.BytesOf(chunk)];
        codec.Encode(chunk, values, bytes);
        codec.Decode(chunk, bytes, values);
        return values;
    }
}
