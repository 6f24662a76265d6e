using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>
/// The arithmetic of the tree: each leaf, each sum of two nodes and so also the last sum is rounded to the format in which gradients
/// travel, whether or not it travels.
/// </summary>
/// <remarks>
/// A node is thus a function of state, seed and step for any number of workers, also for one that exchanges nothing. Nothing is
/// carried over to the next step (no error feedback), which would be state of a worker.
/// </remarks>
internal sealed class TreeSum(VectorLayout layout, IWireFormat format, ulong seed)
{
    /// <summary>Values that are added and rounded while they are in the nearest cache.</summary>
    private const int TileLength = 2048;

    /// <summary>Rounds chunks of a leaf in place, from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public void Round(VectorBuffer leaf, int first, int end, long step, TreeNode node)
    {
        for (var chunk = first; chunk < end; chunk++)
        {
            var (offset, length) = layout.Chunk(chunk);
            Round(chunk, leaf.Values.Slice(offset, length), step, node);
        }
    }

    /// <summary>Rounds one chunk of a leaf in place.</summary>
    public void Round(int chunk, Span<float> leaf, long step, TreeNode node) =>
        format.Round(leaf[..layout.GradientsIn(chunk)], RandomOf(step, node), layout.Chunk(chunk).Offset);

    /// <summary>Adds chunks of the right child of a node to the left one in place, from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public void Add(VectorBuffer left, VectorBuffer right, int first, int end, long step, TreeNode node)
    {
        for (var chunk = first; chunk < end; chunk++)
        {
            var (offset, length) = layout.Chunk(chunk);
            var sum = left.Values.Slice(offset, length);
            Add(chunk, sum, right.Values.Slice(offset, length), sum, step, node);
        }
    }

    /// <summary>Writes one chunk of a node, left child plus right child, into <paramref name="sum"/>, which may be <paramref name="left"/>.</summary>
    public void Add(int chunk, ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum, long step, TreeNode node)
    {
        if (format.IsExact)
        {
            VectorSum.Add(left, right, sum);
            return;
        }

        var (offset, gradients) = (layout.Chunk(chunk).Offset, layout.GradientsIn(chunk));
        var random = RandomOf(step, node);
        for (var start = 0; start < gradients; start += TileLength)
        {
            var length = Math.Min(TileLength, gradients - start);
            var tile = sum.Slice(start, length);
            VectorSum.Add(left.Slice(start, length), right.Slice(start, length), tile);
            format.Round(tile, random, offset + start);
        }

        VectorSum.Add(left[gradients..], right[gradients..], sum[gradients..]);
    }

    private RandomBlocks RandomOf(long step, TreeNode node) => new(seed, RandomPurpose.Rounding, step, ((long)node.Start << 32) | (uint)node.Count, 0);
}
