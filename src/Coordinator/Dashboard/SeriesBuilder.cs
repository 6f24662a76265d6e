using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Puts steps into columns, thinned so that a browser draws them at once.</summary>
internal static class SeriesBuilder
{
    /// <summary>Rows of a thinned series.</summary>
    public const int PointsMaximum = 1500;

    /// <summary>Makes columns of steps.</summary>
    /// <param name="rows">The steps, in order.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="points">Most rows of the result.</param>
    public static Series Build(IReadOnlyList<StepMetrics> rows, int batchSize, int points = PointsMaximum)
    {
        var size = Math.Max(1, (rows.Count + points - 1) / points);
        var buckets = rows.Chunk(size).ToArray();
        var names = rows.SelectMany(row => row.Phases.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new(
            [.. buckets.Select(bucket => bucket[^1].Step)],
            [.. buckets.Select(bucket => bucket[^1].Epoch)],
            [.. buckets.Select(bucket => bucket.Average(row => row.Loss))],
            [.. buckets.Select(bucket => bucket[^1].LearningRate)],
            [.. buckets.Select(bucket => Rate(bucket, batchSize))],
            [.. buckets.Select(bucket => bucket[^1].WorkerCount)],
            names.ToDictionary(
                name => name,
                IReadOnlyList<double> (name) => [.. buckets.Select(bucket => bucket.Average(row => row.Phases.GetValueOrDefault(name)))],
                StringComparer.Ordinal),
            rows.Count == 0 ? 1 : rows[^1].Step + 1);
    }

    private static double Rate(StepMetrics[] bucket, int batchSize) =>
        bucket.Sum(row => row.Seconds) is var seconds and > 0 ? bucket.Length * batchSize / seconds : 0;
}
