using System.Diagnostics;
using System.Globalization;
using LightlyCluster.Benchmarks.Peers;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>Views a second of the SimCLR preset on one thread, from decoded images, beside the Python library lightly in the same run.</summary>
internal static class AugmentBenchmark
{
    private const int BatchSize = 64;

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = Path.GetFullPath(Arguments.Get(arguments, "data", "../shared/data"));
        var count = int.Parse(Arguments.Get(arguments, "images", "300"), CultureInfo.InvariantCulture);
        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "5"), CultureInfo.InvariantCulture);
        var peer = PeerScript.Given(arguments, data);
        TorchRuntime.EnsureLoaded();
        set_num_threads(1);
        Console.WriteLine($"SimCLR preset, one thread, {count} decoded images, {rounds} rounds in turn; views/s: median (smallest to largest)");
        foreach (var text in Arguments.Get(arguments, "sizes", "32,128,224").Split(','))
        {
            await RunSizeAsync(int.Parse(text, CultureInfo.InvariantCulture), data, count, rounds, peer);
        }

        if (peer.Reason is { } reason)
        {
            Console.WriteLine($"peer skipped: {reason}");
        }

        return 0;
    }

    private static async Task RunSizeAsync(int size, string data, int count, int rounds, PeerScript peer)
    {
        var kind = size <= 32 ? "cifar" : "clothing";
        var images = Load(Path.Combine(data, size <= 32 ? "cifar10" : "clothing"), size, count, out var source);
        var pipeline = new SimCLRTransform(inputSize: size, gaussianBlur: size == 32 ? 0 : 0.5).Pipeline;
        long[] sampleIds = [.. Enumerable.Range(0, images.Length).Select(index => (long)index)];

        // The first seconds run code that the compiler has not optimized yet.
        _ = Pass(pipeline, images, sampleIds, 0, TimeSpan.FromSeconds(2));
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(Figures.Median(Enumerable.Range(0, 3).Select(pass => Pass(
                pipeline, images, sampleIds, (round * 3) + pass, TimeSpan.FromSeconds(0.3)))));
            if (await peer.TryMeasureAsync(1, "aug", $"{size}", $"{images.Length}", kind) is { } speed)
            {
                theirs.Add(speed);
            }
        }

        Console.WriteLine($"{size,4} px, {source}");
        Console.WriteLine($"     ours    {Figures.Spread(ours)}");
        new ReportRow(
            $"views of the SimCLR preset, {size} px, one thread", "views/s", ours, theirs, peer.Name, IsTime: false, "3x").Tell();
        if (theirs.Count > 0)
        {
            Console.WriteLine($"     lightly {Figures.Spread(theirs)}");
            Console.WriteLine($"     ratio   {Figures.Spread(ours.Zip(theirs, (our, their) => our / their))}");
        }
    }

    /// <summary>Whole passes over the images, at least one and for at least the given time.</summary>
    private static double Pass(ViewPipeline pipeline, DecodedImage[] images, long[] sampleIds, long epoch, TimeSpan atLeast)
    {
        var passCount = 0;
        var watch = Stopwatch.StartNew();
        for (; passCount == 0 || watch.Elapsed < atLeast; passCount++)
        {
            RunOnce(pipeline, images, sampleIds, epoch);
        }

        return passCount * images.Length * pipeline.ViewCount / watch.Elapsed.TotalSeconds;
    }

    private static void RunOnce(ViewPipeline pipeline, DecodedImage[] images, long[] sampleIds, long epoch)
    {
        for (var start = 0; start < images.Length; start += BatchSize)
        {
            var end = Math.Min(start + BatchSize, images.Length);
            for (var view = 0; view < pipeline.ViewCount; view++)
            {
                pipeline.Apply(images[start..end], sampleIds[start..end], 1, epoch, view, CPU).Dispose();
            }
        }
    }

    private static DecodedImage[] Load(string folder, int size, int count, out string source)
    {
        if (Directory.Exists(folder))
        {
            using var dataset = new LightlyDataset(folder);
            var found = Enumerable.Range(0, Math.Min(count, dataset.Count)).Select(index => dataset[index].Image).ToArray();
            source = $"{found.Length} images of {Path.GetFileName(folder)}, {found[0].Width}x{found[0].Height} and the like";
            return found;
        }

        var side = size <= 32 ? 32 : 256;
        source = $"{count} noise images of {side}x{side} ({folder} is not there)";
        return [.. Enumerable.Range(0, count).Select(seed => Noise(side, seed))];
    }

    private static DecodedImage Noise(int side, int seed)
    {
        var pixels = new byte[side * side * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)((index * 7919 * (seed + 1)) >> 5);
        }

        return new DecodedImage(side, side, pixels);
    }
}
