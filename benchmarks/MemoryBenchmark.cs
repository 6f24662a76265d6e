using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks;

/// <summary>Compares the resident size of every process at step 50 with that at the end.</summary>
internal static class MemoryBenchmark
{
    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var stepCount = long.Parse(Arguments.Get(arguments, "steps", "500"));
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        var images = TestImages.Make(folder);
        var isFlat = true;
        foreach (var kind in new[] { TestStore.Embedded, TestStore.Redis })
        {
            await using var fleet = await TestFleet.StartAsync(folder, kind);
            fleet.AddWorkers(2);
            var job = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = images, ImageSize = 32 },
                Method = new() { Name = "moco", Parameters = { { "memoryBankSize", 512 } } },
                Backbone = new() { Name = "resnet-9", Width = 0.125 },
                Train = new() { BatchSize = 64, Shards = 4, Steps = stepCount, Seed = 1 },
                Workers = new() { Min = 2, Max = 2 },
                Evaluate = new() { Knn = false },
            });
            var early = new Dictionary<string, long>();
            var late = new Dictionary<string, long>();
            var (end, _) = await fleet.FollowAsync(
                job.Id,
                step =>
                {
                    if (step.Step == 50 || step.Step == stepCount)
                    {
                        Measure(fleet, step.Step == 50 ? early : late);
                    }

                    return Task.CompletedTask;
                },
                timeoutSeconds: 590);
            Console.WriteLine($"{kind} store: {end.State} after {end.Step} steps");
            foreach (var (name, before) in early)
            {
                var growth = late[name] - before;
                var allowed = Math.Max(before / 20, 20L << 20);
                isFlat &= growth <= allowed;
                Console.WriteLine($"  {name,-12} {before / 1e6,8:F1} MB at step 50, {late[name] / 1e6,8:F1} MB at the end ({growth / 1e6:+0.0;-0.0} MB)");
            }
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine(isFlat ? "flat: every process grew by less than the larger of 5 % and 20 MB" : "NOT flat");
        return isFlat ? 0 : 1;
    }

    private static void Measure(TestFleet fleet, Dictionary<string, long> sizes)
    {
        var processes = fleet.Workers.Select((worker, index) => ($"worker-{index}", worker.Process))
            .Append(("coordinator", fleet.Coordinator.Process))
            .Concat(fleet.Store.Processes.Select((store, index) => ($"store-{index}", store.Process)));
        foreach (var (name, process) in processes)
        {
            process.Refresh();
            sizes[name] = process.WorkingSet64;
        }
    }
}
