using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace LightlyCluster.Benchmarks;

/// <summary>A run of <c>lightly train</c> on this machine, watched by its metrics.jsonl.</summary>
/// <param name="FirstStepSeconds">From the start of the command to the first committed step in metrics.jsonl.</param>
/// <param name="ImagesPerSecond">Between the commits of two steps, start-up and end left out.</param>
/// <param name="ProcessorSecondsPerStep">Time that all processes of the run computed between the same two steps, a step.</param>
/// <param name="DataWaitShare">Share of waiting for data in the median step.</param>
internal sealed record LocalTraining(double FirstStepSeconds, double ImagesPerSecond, double ProcessorSecondsPerStep, double DataWaitShare)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs a training of SimCLR with resnet-18.</summary>
    /// <param name="data">The images.</param>
    /// <param name="width">Of the backbone.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="warmupSteps">Steps that do not count: code is compiled by the second tier until about the 30th of small steps.</param>
    /// <param name="steps">Steps that count.</param>
    /// <param name="workers">Of one thread each.</param>
    /// <param name="precision">fp32 or bf16.</param>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static async Task<LocalTraining> RunAsync(string data, double width, int batchSize, int warmupSteps, int steps, int workers, string precision)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var output = Path.Combine(folder, "run");
        var client = Path.Combine(FleetRuns.Tests.ChildProcess.FolderOf("Client"), "lightly.dll");
        string[] arguments =
        [
            client, "train", "--data", data, "--method", "simclr", "--backbone", "resnet-18", "--width", width.ToString(CultureInfo.InvariantCulture),
            "--image-size", "32", "--batch-size", $"{batchSize}", "--steps", $"{steps + warmupSteps}", "--workers", $"{workers}", "--seed", "1",
            "--set", "evaluate.knn=false", "--set", $"train.precision={precision}", "--out", output, "-o", "json",
        ];
        var start = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var metrics = Path.Combine(output, "metrics.jsonl");
        await ReachAsync(process, metrics, 1);
        var first = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        var (from, fromTime) = (await ReachAsync(process, metrics, warmupSteps), TimeProvider.System.GetTimestamp());
        var processes = ProcessesOf(output, process.Id);
        var before = ProcessorSeconds(processes);
        var (to, seconds) = (await ReachAsync(process, metrics, steps + warmupSteps - 1), TimeProvider.System.GetElapsedTime(fromTime).TotalSeconds);
        var processorSeconds = ProcessorSeconds(processes) - before;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"lightly train failed with exit code {process.ExitCode}: {await said} {await errors}");
        }

        var shares = (await File.ReadAllLinesAsync(metrics)).Skip(warmupSteps).Select(ShareOfDataWait);
        var result = new LocalTraining(first, (to - from) * batchSize / seconds, processorSeconds / (to - from), Figures.Median(shares));
        Directory.Delete(folder, recursive: true);
        return result;
    }

    /// <summary>Waits until so many steps are committed.</summary>
    private static async Task<int> ReachAsync(Process process, string metrics, int steps)
    {
        while (true)
        {
            var reached = CountLines(metrics);
            if (reached >= steps || process.HasExited)
            {
                return reached;
            }

            await Task.Delay(Look);
        }
    }

    private static int CountLines(string metrics) => File.Exists(metrics) ? File.ReadLines(metrics).Count() : 0;

    private static int[] ProcessesOf(string output, int client)
    {
        using var record = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "fleet.json")));
        return [client, .. record.RootElement.EnumerateArray().Select(entry => entry.GetProperty("pid").GetInt32())];
    }

    private static double ProcessorSeconds(int[] processes) => processes.Sum(id =>
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    });

    private static double ShareOfDataWait(string line)
    {
        using var step = JsonDocument.Parse(line);
        return step.RootElement.GetProperty("phases").GetProperty("data_wait").GetDouble() / step.RootElement.GetProperty("seconds").GetDouble();
    }
}
