using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>Classifies images by the labels of the nearest images in feature space: quality without training a classifier.</summary>
/// <remarks>
/// The k most similar features of a bank vote for their classes with weight exp(similarity / t). Source: Wu et al., "Unsupervised
/// Feature Learning via Non-Parametric Instance Discrimination", 2018, section 3.4, https://arxiv.org/abs/1805.01978; as lightly's
/// knn_predict. Equal similarities are taken in the order of the bank, equal votes in the order of the classes, and similarities are
/// computed in blocks of fixed size, so the result is a function of the features alone. Cost: queries times bank times dimension.
/// </remarks>
public static class NearestNeighbours
{
    /// <summary>Queries that are compared with the bank at once.</summary>
    public const int QueryBlock = 256;

    /// <summary>Share of queries whose class is predicted rightly.</summary>
    /// <param name="bank">Features of the bank, floating point [n, D], need not be normalized; borrowed.</param>
    /// <param name="bankLabels">Their classes, 0 and up.</param>
    /// <param name="queries">Features of the queries, [q, D], need not be normalized; borrowed.</param>
    /// <param name="queryLabels">Their classes, 0 and up.</param>
    /// <param name="neighbourCount">k, at least 1; more than n means n.</param>
    /// <param name="temperature">t, positive; usual is 0.1.</param>
    /// <returns>Top-1 accuracy, 0 to 1; not-a-number without queries.</returns>
    /// <exception cref="ArgumentException">Shapes and labels do not fit, or the bank is empty.</exception>
    public static double Accuracy(
        Tensor bank,
        IReadOnlyList<int> bankLabels,
        Tensor queries,
        IReadOnlyList<int> queryLabels,
        int neighbourCount,
        double temperature)
    {
        if (queries.shape.Length != 2 || queries.shape[0] != queryLabels.Count)
        {
            throw new ArgumentException($"Queries [q, D] need a label each: [{string.Join(", ", queries.shape)}] and {queryLabels.Count} labels.", nameof(queryLabels));
        }

        var classCount = bankLabels.Concat(queryLabels).DefaultIfEmpty(0).Max() + 1;
        var ranked = Predict(bank, bankLabels, queries, classCount, neighbourCount, temperature);
        return ranked.Where((classes, index) => classes[0] == queryLabels[index]).Count() / (double)queryLabels.Count;
    }

    /// <summary>Ranks the classes of each query.</summary>
    /// <param name="bank">Features of the bank, floating point [n, D], need not be normalized; borrowed.</param>
    /// <param name="bankLabels">Their classes, 0 to classCount - 1.</param>
    /// <param name="queries">Features of the queries, [q, D], need not be normalized; borrowed.</param>
    /// <param name="classCount">Number of classes, at least 1.</param>
    /// <param name="neighbourCount">k, at least 1; more than n means n.</param>
    /// <param name="temperature">t, positive; usual is 0.1.</param>
    /// <returns>For each query all classes, the most voted first; equal votes (as of classes without neighbours) by number.</returns>
    /// <exception cref="ArgumentException">Shapes and labels do not fit, or the bank is empty.</exception>
    public static IReadOnlyList<int[]> Predict(
        Tensor bank, IReadOnlyList<int> bankLabels, Tensor queries, int classCount, int neighbourCount, double temperature)
    {
        Require(bank, bankLabels, queries, classCount, neighbourCount, temperature);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var count = (int)Math.Min(neighbourCount, bank.shape[0]);
        var bank_DN = nn.functional.normalize(bank, p: 2, dim: 1).t().contiguous();
        var predictions = new List<int[]>();
        for (var start = 0L; start < queries.shape[0]; start += QueryBlock)
        {
            using var blockScope = NewDisposeScope();
            var block = queries.narrow(0, start, Math.Min(QueryBlock, queries.shape[0] - start));
            var similarities_QN = mm(nn.functional.normalize(block, p: 2, dim: 1), bank_DN);
            var (values, indices) = NearestByIndex(similarities_QN, count);
            for (var row = 0; row < values.Length / count; row++)
            {
                predictions.Add(Vote(
                    values.AsSpan(row * count, count), indices.AsSpan(row * count, count), bankLabels, classCount, temperature));
            }
        }

        return predictions;
    }

    /// <summary>The largest similarities of each row, equal ones in the order of the bank.</summary>
    private static (double[] Values, long[] Indices) NearestByIndex(Tensor similarities_QN, int count)
    {
        var (values_QK, indices_QK) = similarities_QN.topk(count, dim: 1);
        var threshold_Q1 = values_QK.narrow(1, count - 1, 1);
        var isAmbiguous = similarities_QN.ge(threshold_Q1).sum(1).max().item<long>() > count;
        if (isAmbiguous)
        {
            // topk does not say which of equal values it takes: a stable sort does.
            var (_, order_QN) = similarities_QN.sort(dim: 1, descending: true, stable: true);
            indices_QK = order_QN.narrow(1, 0, count);
            values_QK = similarities_QN.gather(1, indices_QK);
        }

        var values = MemoryMarshal.Cast<byte, double>(values_QK.to(float64).cpu().contiguous().bytes).ToArray();
        var indices = MemoryMarshal.Cast<byte, long>(indices_QK.cpu().contiguous().bytes).ToArray();
        return (values, indices);
    }

    private static int[] Vote(
        ReadOnlySpan<double> similarities, ReadOnlySpan<long> neighbours, IReadOnlyList<int> labels, int classCount, double temperature)
    {
        // Relative to the nearest, which changes no rank, so that no temperature overflows.
        var votes = new double[classCount];
        for (var index = 0; index < neighbours.Length; index++)
        {
            votes[labels[(int)neighbours[index]]] += Math.Exp((similarities[index] - similarities[0]) / temperature);
        }

        return [.. Enumerable.Range(0, classCount).OrderByDescending(label => votes[label]).ThenBy(label => label)];
    }

    private static void Require(
        Tensor bank, IReadOnlyList<int> labels, Tensor queries, int classCount, int neighbourCount, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbourCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        if (!(temperature > 0))
        {
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"temperature is {temperature}; allowed is above 0, usual 0.1.");
        }

        if (bank.shape.Length != 2 || queries.shape.Length != 2 || bank.shape[1] != queries.shape[1] || bank.shape[0] < 1)
        {
            throw new ArgumentException(
                $"Nearest neighbours take a bank [n, D] and queries [q, D], not [{string.Join(", ", bank.shape)}] "
                + $"and [{string.Join(", ", queries.shape)}].",
                nameof(queries));
        }

        if (labels.Count != bank.shape[0] || labels.Any(label => label < 0 || label >= classCount))
        {
            throw new ArgumentException(
                $"A bank of {bank.shape[0]} features needs as many labels from 0 to {classCount - 1}.", nameof(labels));
        }
    }
}
