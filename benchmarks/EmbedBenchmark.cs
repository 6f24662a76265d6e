using System.Diagnostics;
using System.Globalization;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Export;

namespace LightlyCluster.Benchmarks;

/// <summary>Embeds 5,000 images of CIFAR-10 with one and with two workers, and with lightly where Python has it.</summary>
internal static class EmbedBenchmark
{
    private const string Backbone = "resnet-18";
    private const double Width = 0.25;
    private const int ImageSize = 32;

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = Path.GetFullPath(Arguments.Get(arguments, "data", "../shared/data/cifar10/test-000000.tar"));
        if (!Path.Exists(data))
        {
            await Console.Error.WriteLineAsync($"There is no {data}; name images with --data");
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var weights = Path.Combine(folder, "weights.safetensors");
        TorchRuntime.EnsureLoaded();
        using (var backbone = ResNetGenerator.Create(Backbone, Width))
        {
            TorchvisionExport.WriteSafetensors(weights, backbone);
        }

        var digests = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workers in new[] { 1, 2 })
        {
            await using var fleet = await TestFleet.StartAsync(folder);
            fleet.AddWorkers(workers);
            long first = 0, last = 0, blocks = 0;
            var job = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = data, ImageSize = ImageSize },
                Backbone = new() { Name = Backbone, Width = Width },
                Embed = new() { Weights = weights, Out = Path.Combine(fleet.Folder, "embeddings.npy") },
                Workers = new() { Min = workers, Max = workers },
            });
            var (end, _) = await fleet.FollowAsync(
                job.Id,
                _ =>
                {
                    last = TimeProvider.System.GetTimestamp();
                    first = first == 0 ? last : first;
                    blocks++;
                    return Task.CompletedTask;
                },
                timeoutSeconds: 580);
            var seconds = TimeProvider.System.GetElapsedTime(first, last).TotalSeconds;
            digests.Add(end.Result.Embedding?.Digest ?? end.Message);
            Console.WriteLine(
                $"LightlyCluster, {workers} worker(s) of one thread: {(blocks - 1) * end.Spec.Embed.BlockImages / seconds,7:F0} images/s"
                + $"  ({end.State}, {end.Result.Embedding?.ImageCount} images, {end.Result.Embedding?.Digest})");
        }

        Console.WriteLine(digests.Count == 1 ? "equal bit for bit" : "NOT equal");
        await MeasurePeerAsync(data);
        Directory.Delete(folder, recursive: true);
        return digests.Count == 1 ? 0 : 1;
    }

    private static async Task MeasurePeerAsync(string data)
    {
        var script = Path.Combine("benchmarks", "peer_embed.py");
        foreach (var threads in new[] { "1", "2" })
        {
            using var process = Process.Start(
                new ProcessStartInfo(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", [script, data, Backbone, Width.ToString(CultureInfo.InvariantCulture), threads])
                {
                    RedirectStandardError = true,
                    UseShellExecute = false,
                });
            var errors = process is null ? "no python3" : await process.StandardError.ReadToEndAsync();
            await (process?.WaitForExitAsync() ?? Task.CompletedTask);
            if (process?.ExitCode != 0)
            {
                Console.WriteLine($"lightly: skipped ({errors.Trim().Split('\n')[^1]})");
                return;
            }
        }
    }
}
