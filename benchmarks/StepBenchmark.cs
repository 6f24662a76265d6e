using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Benchmarks;

/// <summary>Says where the time of a step goes, with a real fleet.</summary>
internal static class StepBenchmark
{
    private static readonly string[] Computing = ["forward", "backward"];

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var data = Arguments.Get(arguments, "data", "");
        data = data.Length > 0 ? Path.GetFullPath(data) : TestImages.Make(folder, classes: 8, imagesPerClass: 64);
        await using (var fleet = await TestFleet.StartAsync(folder, Arguments.Get(arguments, "store", TestStore.Embedded)))
        {
            fleet.AddWorkers(2);
            var job = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = data, ImageSize = 32 },
                Method = new() { Name = Arguments.Get(arguments, "method", "simclr") },
                Backbone = new() { Name = "resnet-18", Width = double.Parse(Arguments.Get(arguments, "width", "1")) },
                Train = new() { BatchSize = 128, Shards = 4, Steps = long.Parse(Arguments.Get(arguments, "steps", "12")), Seed = 1, Precision = Arguments.Get(arguments, "precision", "fp32") },
                Workers = new() { Min = 2, Max = 2 },
                Evaluate = new() { Knn = false },
            });
            var (end, steps) = await fleet.FollowAsync(job.Id, timeoutSeconds: 590);
            Print(end, [.. steps.Skip(3)]);
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static void Print(TrainingJob job, IReadOnlyList<StepMetrics> steps)
    {
        var total = Figures.Median(steps.Select(step => step.Seconds));
        Console.WriteLine($"{job.State}: {job.Spec.Backbone.Name} width {job.Spec.Backbone.Width}, batch 128, 32 pixels, 2 workers of 1 thread; median of {steps.Count} steps");
        var computing = 0.0;
        foreach (var phase in steps[0].Phases.Keys)
        {
            var seconds = Figures.Median(steps.Select(step => step.Phases.GetValueOrDefault(phase)));
            computing += Computing.Contains(phase) ? seconds : 0;
            Console.WriteLine($"  {phase,-20} {seconds * 1000,9:F1} ms  {100 * seconds / total,5:F1} %");
        }

        Console.WriteLine($"  {"step",-20} {total * 1000,9:F1} ms");
        Console.WriteLine($"  not forward and backward: {100 * (total - computing) / total:F1} %; {128 / total:F1} images/s in all");
    }
}
