using System.Text.Json;

namespace LightlyCluster.Benchmarks;

/// <summary>One line of the report: what was measured here and, where it could run, by the peer in the same run.</summary>
/// <param name="Work">What is done.</param>
/// <param name="Unit">Unit of the figures, for example images/s.</param>
/// <param name="Ours">Measurements of this project, one a round.</param>
/// <param name="Peer">Measurements of the peer, paired with ours; empty where it could not run.</param>
/// <param name="PeerName">Who the peer is.</param>
/// <param name="IsTime">Whether less is better.</param>
/// <param name="Aim">What was aimed at, in words.</param>
internal sealed record ReportRow(
    string Work, string Unit, IReadOnlyList<double> Ours, IReadOnlyList<double> Peer, string PeerName, bool IsTime, string Aim)
{
    /// <summary>Variable that names the file to which a benchmark adds its rows.</summary>
    public const string FileVariable = "LIGHTLY_BENCHMARK_ROWS";

    /// <summary>How many times better ours is in each pair; empty without a peer.</summary>
    public IReadOnlyList<double> Ratios() => [.. Ours.Zip(Peer, (ours, peer) => IsTime ? peer / ours : ours / peer).Order()];

    /// <summary>Hands the row to the report, where one is being made.</summary>
    public void Tell()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, JsonSerializer.Serialize(this) + "\n");
        }
    }
}
