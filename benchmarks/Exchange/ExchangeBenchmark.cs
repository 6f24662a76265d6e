using LightlyCluster.Benchmarks.Peers;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>Times the sum of a vector between two processes, by transport, wire format and store, beside PyTorch's gloo.</summary>
internal static class ExchangeBenchmark
{
    private const string All = "all";
    private const string Format = "{0,-9} {1,-5} {2,-9} {3,8} {4,8} {5,8} {6,9} {7,15} {8,14} {9,8}";

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var values = int.Parse(Arguments.Get(arguments, "values", "11250000"));
        var rounds = int.Parse(Arguments.Get(arguments, "rounds", "60")) + ExchangeTimes.WarmUps;
        var chunk = int.Parse(Arguments.Get(arguments, "chunk", "0"));
        var peer = new PeerAllReduce(Arguments.Get(arguments, "python", "/usr/bin/python3"), values, rounds);
        var reason = await peer.ReasonAsync();
        Console.WriteLine($"{values * 4 / 1e6:F1} MB of float32, 2 processes, {rounds - ExchangeTimes.WarmUps} rounds after {ExchangeTimes.WarmUps} to warm up; "
            + "a round takes as long as the slower process; milliseconds, processor time of both workers and of the store a round");
        Console.WriteLine(reason is null ? "gloo: torch.distributed.all_reduce of float32, measured before each row" : $"without gloo: {reason}");
        Console.WriteLine(Format, "transport", "wire", "store", "median", "fastest", "slowest", "gloo", "ratio to gloo", "CPU, workers", "store");
        foreach (var transport in Choice(arguments, "transport", ExchangeWorker.Transports))
        {
            foreach (var store in Choice(arguments, "store", [TestStore.Redis, TestStore.Embedded]))
            {
                foreach (var wire in Choice(arguments, "wire", JobVocabulary.Wires))
                {
                    var gloo = reason is null ? await peer.MeasureAsync() : [];
                    await MeasureAsync(new(transport, wire, store, values, rounds, chunk), gloo);
                }
            }
        }

        return 0;
    }

    private static async Task MeasureAsync(ExchangeRow row, double[] gloo)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        await using (var store = await TestStore.StartAsync(row.Store, folder, "2g"))
        {
            await using var connections = await RedisConnections.ConnectAsync(new(store.Meta, store.Data, "benchmark"), "benchmark");
            var jobs = new JobStore(connections);
            await jobs.CreateAsync(new("job", "{}", "job", 1, 2, 0, 2, 2), "request");
            await jobs.InitializeAsync("job", new(1, 1, row.Rounds, 0, "hash", "manifest", "class", row.Values));
            var assignment = ShardAssignment.Weighted(2, ["one", "two"], [1, 1]);
            await jobs.BumpGenerationAsync("job", new(1, 0, assignment, assignment, true, 1, [], new Dictionary<string, string>())
            {
                Transport = new(row.Transport, ""),
            });
            var before = store.Processes.Sum(process => ExchangeTimes.ProcessorMilliseconds(process.Process));
            var workers = Enumerable.Range(0, 2).Select(rank => ChildProcess.StartProject("Benchmarks", row.WorkerArguments(rank, store))).ToArray();
            var times = await ExchangeTimes.OfAsync(workers);
            var ofStore = (store.Processes.Sum(process => ExchangeTimes.ProcessorMilliseconds(process.Process)) - before) / row.Rounds;
            var (median, medianOfPeer) = (Figures.Median(times), Figures.Median(gloo));
            var lines = workers.SelectMany(worker => worker.Said.Split('\n')).ToArray();
            var ofWorkers = lines.Where(line => line.StartsWith("CPU ", StringComparison.Ordinal)).Sum(line => double.Parse(line["CPU ".Length..]));
            Console.WriteLine(
                Format, row.Transport, row.Wire, row.Store, $"{median:F1}", $"{times.Min():F1}", $"{times.Max():F1}", $"{medianOfPeer:F1}", $"{median / medianOfPeer:F2}",
                $"{ofWorkers:F1}", $"{ofStore:F1}");
            Console.WriteLine(string.Join('\n', lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal))));
            new ReportRow(
                $"exchange of {row.Values * 4 / 1e6:F0} MB between 2 workers, {row.Transport}, {row.Wire}, {row.Store}", "ms", times, gloo,
                gloo.Length > 0 ? "gloo (fp32)" : "not here", IsTime: true, AimOf(row)).Tell();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string AimOf(ExchangeRow row) => (row.Transport, row.Wire) switch
    {
        (JobVocabulary.TransportRedis, JobVocabulary.WireSingle) => "60 ms",
        (JobVocabulary.TransportRedis, JobVocabulary.WireBFloat16) => "30 ms",
        (JobVocabulary.TransportPeer, JobVocabulary.WireSingle) => "30 ms",
        (JobVocabulary.TransportPeer, JobVocabulary.WireBFloat16) => "20 ms",
        _ => "",
    };

    private static IReadOnlyList<string> Choice(string[] arguments, string name, IReadOnlyList<string> known)
    {
        var wanted = Arguments.Get(arguments, name, All);
        return wanted == All ? known
            : known.Contains(wanted) ? [wanted]
            : throw new ArgumentException($"--{name} is {All} or one of {string.Join(", ", known)}, not '{wanted}'.");
    }
}
