using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks;

/// <summary>Times the sum of a vector between two processes through both stores.</summary>
internal static class ExchangeBenchmark
{
    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var values = int.Parse(Arguments.Get(arguments, "values", "11250000"));
        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "30"));
        var transport = Arguments.Get(arguments, "transport", JobVocabulary.TransportRedis);
        Console.WriteLine($"{values * 4 / 1e6:F1} MB of float32, 2 processes, transport {transport}, median of {rounds - 5} rounds after 5 to warm up");
        foreach (var kind in new[] { TestStore.Redis, TestStore.Embedded })
        {
            var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
            await using var store = await TestStore.StartAsync(kind, folder, "2g");
            await using var connections = await RedisConnections.ConnectAsync(new(store.Meta, store.Data, "benchmark"), "benchmark");
            var jobs = new JobStore(connections);
            await jobs.CreateAsync(new("job", "{}", "job", 1, 2, 0, 2, 2), "request");
            await jobs.InitializeAsync("job", new(1, 1, rounds, 0, "hash", "manifest", "class", values));
            var assignment = ShardAssignment.Weighted(2, ["one", "two"], [1, 1]);
            await jobs.BumpGenerationAsync("job", new(1, 0, assignment, assignment, true, 1, [], new Dictionary<string, string>())
            {
                Transport = new(transport, ""),
            });
            var workers = Enumerable.Range(0, 2)
                .Select(rank => ChildProcess.StartProject("Benchmarks", "exchange-worker", $"{rank}", store.Meta, store.Data, $"{values}", $"{rounds}", transport))
                .ToArray();
            await Task.WhenAll(workers.Select(worker => worker.Process.WaitForExitAsync()));
            var times = workers.SelectMany(worker => Rounds(worker.Said).Skip(5)).ToArray();
            Console.WriteLine($"{kind,-9} {Arguments.Median(times):F1} ms (fastest {times.Min():F1}, slowest {times.Max():F1})");
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static IEnumerable<double> Rounds(string said) =>
        said.Split('\n').Where(line => line.StartsWith("ROUND ", StringComparison.Ordinal)).Select(line => double.Parse(line["ROUND ".Length..]));
}
