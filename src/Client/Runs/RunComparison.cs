namespace LightlyCluster.Client.Runs;

/// <summary>How the steps of two runs compare.</summary>
/// <param name="ComparedSteps">Steps that have a hash in both.</param>
/// <param name="FirstDifferentStep">The first of them whose hashes differ; null where all are equal.</param>
internal sealed record RunComparison(int ComparedSteps, long? FirstDifferentStep)
{
    /// <summary>Compares by step number.</summary>
    public static RunComparison OfSteps(IEnumerable<MetricsRow> first, IEnumerable<MetricsRow> second)
    {
        var hashes = second.Where(row => row.StateHash.Length > 0).ToDictionary(row => row.Step, row => row.StateHash);
        var compared = first.Where(row => row.StateHash.Length > 0 && hashes.ContainsKey(row.Step)).ToArray();
        return new RunComparison(compared.Length, compared.FirstOrDefault(row => row.StateHash != hashes[row.Step])?.Step);
    }
}
