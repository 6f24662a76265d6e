using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>The share of images whose class is among the first few predicted ones.</summary>
public static class TopAccuracy
{
    /// <summary>Computes the share for ranked classes.</summary>
    /// <param name="ranked">For each image its classes, the best first.</param>
    /// <param name="labels">The right class of each image.</param>
    /// <param name="count">How many of the first classes count, at least 1.</param>
    /// <returns>0 to 1; not-a-number without images.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static double Of(IReadOnlyList<int[]> ranked, IReadOnlyList<int> labels, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (ranked.Count != labels.Count)
        {
            throw new ArgumentException($"There are {ranked.Count} predictions but {labels.Count} labels.", nameof(labels));
        }

        return ranked.Where((classes, index) => classes.Take(count).Contains(labels[index])).Count() / (double)labels.Count;
    }

    /// <summary>Ranks classes by their scores, equal scores by number.</summary>
    /// <param name="scores">Floating point [N, C]; borrowed.</param>
    /// <returns>For each image its classes, the best first.</returns>
    /// <exception cref="ArgumentException">The scores are not [N, C].</exception>
    public static IReadOnlyList<int[]> Rank(Tensor scores)
    {
        if (scores.shape.Length != 2)
        {
            throw new ArgumentException($"Scores must be [N, C], not [{string.Join(", ", scores.shape)}].", nameof(scores));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var (_, order_NC) = scores.detach().sort(dim: 1, descending: true, stable: true);
        var classes = MemoryMarshal.Cast<byte, long>(order_NC.cpu().contiguous().bytes).ToArray();
        return [.. classes.Chunk((int)scores.shape[1]).Select(row => Array.ConvertAll(row, item => (int)item))];
    }
}
