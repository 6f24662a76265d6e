using System.Diagnostics;
using System.Globalization;
using LightlyCluster.Benchmarks.Peers;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>What the memory bank costs a MoCo step beside the exchange of its keys, and what lightly's costs.</summary>
/// <remarks>
/// Symmetric loss: here the keys of the first direction are lent to the bank for the second one of each shard, then those of both are
/// appended; lightly's bank is called for each direction and cloned each time.
/// </remarks>
internal static class BankBenchmark
{
    private const int BankSize = 65_536;
    private const int Dimension = 128;
    private const int BatchSize = 256;
    private const int ShardCount = 8;
    private const int StepsARound = 300;

    /// <summary>Runs and prints the figures.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "5"), CultureInfo.InvariantCulture);
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        using var bank = new RowQueue(new(BatchSize, ShardCount, Seed: 1, CPU), "memory_bank", BankSize, Dimension, 2 * BatchSize);
        using var keys = nn.functional.normalize(randn(BatchSize, Dimension), p: 2, dim: 1);
        _ = Round(bank, keys);
        var peer = PeerScript.Own(arguments, "peer_bank.py");
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(Round(bank, keys));
            if (await peer.TryMeasureAsync(1, $"{BankSize}", $"{Dimension}", $"{BatchSize}") is { } value)
            {
                theirs.Add(value);
            }
        }

        Console.WriteLine($"bank of {BankSize} x {Dimension}, {2 * BatchSize} new keys a step in {ShardCount} shards, one thread, {rounds} rounds in turn");
        Console.WriteLine($"  ours    {Figures.Median(ours):F4} ms a step ({ours.Min():F4} to {ours.Max():F4})");
        Console.WriteLine(peer.Reason is { } reason ? $"  peer skipped: {reason}" : $"  lightly {Figures.Median(theirs):F2} ms a step ({theirs.Min():F2} to {theirs.Max():F2})");
        new ReportRow(
            $"memory bank {BankSize} x {Dimension}, a step of {BatchSize} images, beside the exchange of keys", "ms", ours, theirs, peer.Name, IsTime: true,
            "under 1 ms").Tell();
        return 0;
    }

    /// <summary>Milliseconds a step.</summary>
    private static double Round(RowQueue bank, Tensor keys)
    {
        var watch = Stopwatch.StartNew();
        for (var step = 0; step < StepsARound; step++)
        {
            for (var shard = 0; shard < ShardCount; shard++)
            {
                bank.Lend(keys).Dispose();
            }

            bank.Append(keys);
            bank.Append(keys);
        }

        return watch.Elapsed.TotalMilliseconds / StepsARound;
    }
}
