using System.Diagnostics;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>Times of rounds that two processes print as "ROUND ms".</summary>
internal static class ExchangeTimes
{
    /// <summary>Rounds at the beginning that do not count: the compiler is still at work.</summary>
    public const int WarmUps = 60;

    /// <summary>Waits for the processes to end.</summary>
    /// <returns>For each round that counts, the slower of the two.</returns>
    /// <exception cref="InvalidOperationException">A process failed.</exception>
    public static async Task<double[]> OfAsync(IReadOnlyList<ChildProcess> processes)
    {
        await Task.WhenAll(processes.Select(process => process.Process.WaitForExitAsync()));
        if (processes.FirstOrDefault(process => process.Process.ExitCode != 0) is { } failed)
        {
            throw new InvalidOperationException($"A process of the exchange failed: {failed.Said}");
        }

        var rounds = processes.Select(process => Rounds(process.Said).Skip(WarmUps).ToArray()).ToArray();
        return [.. rounds[0].Zip(rounds[1], Math.Max)];
    }

    /// <summary>Processor time that a process has used, milliseconds.</summary>
    public static double ProcessorMilliseconds(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalMilliseconds;
    }

    private static IEnumerable<double> Rounds(string said) =>
        said.Split('\n').Where(line => line.StartsWith("ROUND ", StringComparison.Ordinal)).Select(line => double.Parse(line["ROUND ".Length..]));
}
