namespace LightlyCluster.Client.Runs;

/// <summary>One committed step, as a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Number of the state that the step produced, from 1.</param>
/// <param name="Epoch">Epoch that the step belongs to, from 0.</param>
/// <param name="Loss">Loss of the global batch.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="StateHash">Hash of the state; empty where it was not compared.</param>
/// <param name="Generation">Membership generation.</param>
/// <param name="Workers">Members.</param>
/// <param name="Seconds">Wall seconds of the step.</param>
/// <param name="Phases">Seconds by phase.</param>
/// <param name="Samples">Digest of the samples that the step used; empty in runs of older versions.</param>
internal sealed record MetricsRow(
    long Step,
    long Epoch,
    double Loss,
    double LearningRate,
    string StateHash,
    long Generation,
    int Workers,
    double Seconds,
    IReadOnlyDictionary<string, double> Phases,
    string Samples = "");
