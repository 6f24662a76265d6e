namespace LightlyCluster.Client.Runs;

/// <summary>How the steps of two runs compare.</summary>
/// <param name="ComparedSteps">Steps that have a hash in both.</param>
/// <param name="FirstDifferentStep">The first of them whose hashes differ; null where all are equal.</param>
/// <param name="FirstDifferentSamples">The first step that used other samples; null where none is known to.</param>
internal sealed record RunComparison(int ComparedSteps, long? FirstDifferentStep, long? FirstDifferentSamples)
{
    /// <summary>Compares by step number.</summary>
    public static RunComparison OfSteps(IReadOnlyList<MetricsRow> first, IReadOnlyList<MetricsRow> second)
    {
        var samples = second.Where(row => row.Samples.Length > 0).ToDictionary(row => row.Step, row => row.Samples);
        var other = first.FirstOrDefault(row => row.Samples.Length > 0 && samples.TryGetValue(row.Step, out var digest) && digest != row.Samples);
        var hashes = second.Where(row => row.StateHash.Length > 0).ToDictionary(row => row.Step, row => row.StateHash);
        var compared = first.Where(row => row.StateHash.Length > 0 && hashes.ContainsKey(row.Step)).ToArray();
        return new RunComparison(compared.Length, compared.FirstOrDefault(row => row.StateHash != hashes[row.Step])?.Step, other?.Step);
    }
}
