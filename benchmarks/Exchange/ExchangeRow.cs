using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>What one row of the exchange benchmark measures.</summary>
internal sealed record ExchangeRow(string Transport, string Wire, string Store, int Values, int Rounds, int ChunkLength)
{
    /// <summary>The command line of a worker.</summary>
    public string[] WorkerArguments(int rank, TestStore store) =>
    [
        "exchange-worker", "--rank", $"{rank}", "--meta", store.Meta, "--data", store.Data, "--values", $"{Values}", "--rounds", $"{Rounds}",
        "--chunk", $"{ChunkLength}", "--wire", Wire, "--transport", Transport,
    ];
}
