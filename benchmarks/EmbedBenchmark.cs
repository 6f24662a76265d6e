using System.Globalization;
using LightlyCluster.Benchmarks.Peers;
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

        var peer = PeerScript.Own(arguments, "peer_embed.py");
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
            var speed = (blocks - 1) * end.Spec.Embed.BlockImages / seconds;
            Console.WriteLine(
                $"LightlyCluster, {workers} worker(s) of one thread: {speed,7:F0} images/s"
                + $"  ({end.State}, {end.Result.Embedding?.ImageCount} images, {end.Result.Embedding?.Digest})");
            var peerSpeed = await MeasurePeerAsync(peer, data, workers);
            new ReportRow(
                $"embedding 5,000 images of CIFAR-10, {Backbone} width {Width}, decoding included, {workers} worker(s) of one thread; lightly: {workers} thread(s)",
                "images/s", [speed], peerSpeed is { } theirs ? [theirs] : [], peer.Name, IsTime: false, "").Tell();
        }

        Console.WriteLine(digests.Count == 1 ? "equal bit for bit" : "NOT equal");
        Directory.Delete(folder, recursive: true);
        return digests.Count == 1 ? 0 : 1;
    }

    private static async Task<double?> MeasurePeerAsync(PeerScript peer, string data, int threads)
    {
        var value = await peer.TryMeasureAsync(threads, data, Backbone, Width.ToString(CultureInfo.InvariantCulture), $"{threads}");
        Console.WriteLine(value is { } speed ? $"lightly, {threads} thread(s): {speed,7:F0} images/s" : $"lightly: skipped ({peer.Reason})");
        return value;
    }
}
