using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>SimCLR steps on random images, as a worker computes them: shards, tree of gradients and optimizer, no fleet.</summary>
/// <param name="ImagesPerSecond">Median of the steps.</param>
/// <param name="ProcessorSeconds">Processor time of a step, the mean.</param>
/// <param name="AllocatedBytes">Managed memory that a step allocates.</param>
/// <param name="ResidentBytes">Largest resident size of the process.</param>
/// <param name="Roofline">What the machine can do with the step's convolutions; null where it was not asked for.</param>
internal sealed record LocalStep(
    double ImagesPerSecond, double ProcessorSeconds, double AllocatedBytes, long ResidentBytes, ConvolutionRoofline? Roofline)
{
    private const int WarmupSteps = 2;
    private const int Side = 32;

    /// <summary>Runs steps in a process of its own, whose memory is set up as that of a worker.</summary>
    /// <param name="arguments">Flags of <see cref="Run"/>.</param>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public static async Task<LocalStep> MeasureAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(LocalStep).Assembly.Location, "local-step", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = "1073741824";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "1073741824";
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<LocalStep>(said)!
            : throw new InvalidOperationException($"local-step {string.Join(' ', arguments)} failed with exit code {process.ExitCode}");
    }

    /// <summary>Runs steps in this process and prints the figures as JSON.</summary>
    public static int Run(string[] arguments)
    {
        var width = double.Parse(Arguments.Get(arguments, "width", "1"), CultureInfo.InvariantCulture);
        var batchSize = int.Parse(Arguments.Get(arguments, "batch", "64"), CultureInfo.InvariantCulture);
        var shards = int.Parse(Arguments.Get(arguments, "shards", $"{Math.Clamp(batchSize / 16, 1, 8)}"), CultureInfo.InvariantCulture);
        var steps = int.Parse(Arguments.Get(arguments, "steps", "8"), CultureInfo.InvariantCulture);
        TorchRuntime.EnsureLoaded();
        set_num_threads(int.Parse(Arguments.Get(arguments, "threads", "2"), CultureInfo.InvariantCulture));
        var options = new TrainingOptions(batchSize, shards, Seed: 1, CPU)
        {
            Precision = Arguments.Get(arguments, "precision", "fp32") == "bf16" ? TrainingPrecision.BFloat16 : TrainingPrecision.Float32,
            StepsTotal = steps,
            IsRecomputing = Arguments.Get(arguments, "recompute", "no") == "yes",
        };
        using var method = TrainingMethods.Create("simclr", new(options, () => ResNetGenerator.Create("resnet-18", width)));
        var result = Measure(method, steps);
        if (Arguments.Get(arguments, "roofline", "no") == "yes")
        {
            var roofline = ConvolutionRoofline.Measure(method.Backbone, options.ShardImages, Side, options.Precision);
            result = result with { Roofline = roofline.ForPasses(2 * batchSize / options.ShardImages) };
        }

        Console.WriteLine(JsonSerializer.Serialize(result));
        return 0;
    }

    private static LocalStep Measure(TrainingMethod method, int steps)
    {
        var shards = method.Options.ShardCount;
        using var images = randn([shards, 2, method.Options.ShardImages, 3, Side, Side], float32, CPU).DetachFromDisposeScope();
        var views = Enumerable.Range(0, shards)
            .Select(shard => new[] { images[shard][0].DetachFromDisposeScope(), images[shard][1].DetachFromDisposeScope() }).ToArray();
        using var sum = zeros_like(method.Vector).DetachFromDisposeScope();
        using var process = Process.GetCurrentProcess();
        var (seconds, processor, allocated) = (new List<double>(), TimeSpan.Zero, 0L);
        for (var step = 0; step < steps; step++)
        {
            if (step == WarmupSteps)
            {
                process.Refresh();
                (processor, allocated) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true));
            }

            var start = TimeProvider.System.GetTimestamp();
            Step(method, step, views, sum);
            seconds.Add(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        }

        process.Refresh();
        var counted = steps - WarmupSteps;
        Array.ForEach(views, pair => Array.ForEach(pair, view => view.Dispose()));
        return new(
            method.Options.BatchSize / Figures.Median(seconds.Skip(WarmupSteps)), (process.TotalProcessorTime - processor).TotalSeconds / counted,
            (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / counted, process.PeakWorkingSet64, Roofline: null);
    }

    private static void Step(TrainingMethod method, int step, Tensor[][] views, Tensor sum)
    {
        using var scope = NewDisposeScope();
        method.Receive(step, [.. views.Select((pair, shard) => method.Publish(step, shard, pair))]);
        sum.zero_();
        for (var shard = 0; shard < views.Length; shard++)
        {
            method.Backward(step, shard, views[shard]);
            sum.add_(method.Vector);
        }

        method.Vector.copy_(sum);
        _ = method.Apply(step, learningRate: 0.06);
    }
}
