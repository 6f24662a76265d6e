using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Chooses the samples that are worth labelling.</summary>
/// <remarks>
/// Coreset is greedy k-center: the next sample is the one farthest from all chosen ones, so that every sample is near to a chosen one;
/// the largest such distance (the coverage radius) is at most twice the best possible one. Sources: Gonzalez, "Clustering to minimize
/// the maximum intercluster distance", 1985; Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set
/// Approach", 2018, algorithm 1, https://arxiv.org/abs/1708.00489. The weighted form takes the largest distance times score, as
/// lightly's CORAL combined both; since lightly never published its code, the product is our choice. The result is exact, not
/// approximate, the same for any number of threads, and every prefix of it is the answer for a smaller count. Time grows with
/// samples times chosen samples times numbers of an embedding.
/// </remarks>
public static class Sampler
{
    /// <summary>Chooses samples.</summary>
    /// <param name="embeddings">The embeddings; borrowed.</param>
    /// <param name="options">What is wanted.</param>
    /// <param name="chosen">Receives the number of chosen samples after each choice; null when nobody wants to know.</param>
    /// <returns>The chosen samples in order.</returns>
    /// <exception cref="SamplingException">The wishes contradict the data; the message says which.</exception>
    public static SampleSelection Select(IEmbeddingRows embeddings, SamplerOptions options, Action<int>? chosen = null)
    {
        SamplerRules.Require(embeddings, options);
        var rows = new PreparedRows(embeddings, options.IsNormalized, options.MemoryBytesMaximum);
        var isDuplicate = rows.FindDuplicates(options.Preselected);
        var isCandidate = new bool[rows.Count];
        for (var index = 0; index < rows.Count; index++)
        {
            isCandidate[index] = !options.IsDroppingDuplicates || !isDuplicate[index];
        }

        var scores = options.Method == SamplingMethod.Weighted ? options.Scores : [];
        var field = new DistanceField(rows, isCandidate, scores, options.MinimumDistance, options.Threads);
        var run = new Run(field, Order(options, rows.Count), options, chosen);
        foreach (var index in options.Preselected)
        {
            run.Take(index);
        }

        var stoppedBy = run.Fill(isCandidate);
        return new(run.Indices, run.Distances, field.Largest, field.Mean, isDuplicate.Count(value => value), stoppedBy);
    }

    private static SamplePermutation Order(SamplerOptions options, int count) =>
        new(new RandomStream(options.Seed, RandomPurpose.Sampling, 0, count, 0), count);

    private sealed class Run(DistanceField field, SamplePermutation order, SamplerOptions options, Action<int>? chosen)
    {
        private int _next = -1;
        private long _position;

        public List<int> Indices { get; } = [];

        public List<double> Distances { get; } = [];

        public void Take(int index)
        {
            var distance = field.At(index);
            Distances.Add(double.IsFinite(distance) ? distance : 0);
            Indices.Add(index);
            _next = field.Add(index);
            chosen?.Invoke(Indices.Count);
        }

        public string Fill(bool[] isCandidate)
        {
            while (options.Count is not { } count || Indices.Count < count)
            {
                var index = options.Method == SamplingMethod.Random ? NextRandom() : Indices.Count == 0 ? First() : _next;
                if (index < 0)
                {
                    return options.MinimumDistance > 0 && isCandidate.AsSpan().Contains(value: true) ? "minimumDistance" : "candidates";
                }

                Take(index);
            }

            return "count";
        }

        private int NextRandom()
        {
            while (_position < order.Count)
            {
                var index = (int)order[_position++];
                if (field.IsEligible(index))
                {
                    return index;
                }
            }

            return -1;
        }

        /// <summary>The best score, and among equal ones the first of the seeded permutation.</summary>
        private int First()
        {
            var best = -1;
            for (var position = 0L; position < order.Count; position++)
            {
                var index = (int)order[position];
                if (field.IsEligible(index) && (best < 0 || (options.Method == SamplingMethod.Weighted && options.Scores[index] > options.Scores[best])))
                {
                    best = index;
                    if (options.Method != SamplingMethod.Weighted)
                    {
                        break;
                    }
                }
            }

            return best;
        }
    }
}
