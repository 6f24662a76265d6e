using System.Diagnostics;
using LightlyCluster.Benchmarks.Exchange;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks.Peers;

/// <summary>PyTorch's own sum over two processes (gloo on this machine, one thread each), where Python has torch.</summary>
internal sealed class PeerAllReduce(string python, int values, int rounds)
{
    private static string Script => Path.Combine(AppContext.BaseDirectory, "Peers", "peer_all_reduce.py");

    /// <summary>Why the peer cannot run; null where it can.</summary>
    public async Task<string?> ReasonAsync()
    {
        if (!File.Exists(python))
        {
            return $"there is no {python} (--python)";
        }

        using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch.distributed"]) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : $"{errors.Trim().Split('\n')[^1]}; Debian's python3-torch has it";
    }

    /// <summary>Times of the rounds that count, milliseconds, of float32 values.</summary>
    public async Task<double[]> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var file = Path.Combine(folder, "rendezvous");
        var processes = Enumerable.Range(0, 2)
            .Select(rank => ChildProcess.Start(python, [Script, $"{rank}", file, $"{values}", $"{rounds}"])).ToArray();
        try
        {
            return await ExchangeTimes.OfAsync(processes);
        }
        finally
        {
            await Task.WhenAll(processes.Select(process => process.DisposeAsync().AsTask()));
            Directory.Delete(folder, recursive: true);
        }
    }
}
