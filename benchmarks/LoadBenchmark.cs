using System.Collections.Concurrent;
using System.Diagnostics;
using Grpc.Net.Client;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Benchmarks;

/// <summary>Clients of the coordinator under load: many watchers of one job that runs, a long queue, and submits at a fixed rate.</summary>
internal static class LoadBenchmark
{
    private const int StreamsPerConnection = 100;
    private const int SubmitConnections = 8;

    /// <summary>Runs and prints a table; exit code 1 where a job or an event was lost.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var watchers = int.Parse(Arguments.Get(arguments, "watchers", "200"));
        var queued = int.Parse(Arguments.Get(arguments, "queued", "1000"));
        var rate = int.Parse(Arguments.Get(arguments, "rate", "500"));
        var seconds = int.Parse(Arguments.Get(arguments, "seconds", "10"));
        var store = Arguments.Get(arguments, "store", TestStore.Redis);
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        try
        {
            await using var fleet = await TestFleet.StartAsync(folder, store);
            return await MeasureAsync(fleet, TestImages.Make(folder), watchers, queued, rate, seconds) ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> MeasureAsync(TestFleet fleet, string images, int watcherCount, int queued, int rate, int seconds)
    {
        Row("coordinator at rest", Memory(fleet));
        fleet.AddWorkers(1);
        await fleet.WorkersAreIdleAsync("worker-0");
        var running = await fleet.SubmitAsync(Job(images, steps: 1_000_000));
        using var stop = new CancellationTokenSource();
        var channels = Enumerable.Range(0, (watcherCount + StreamsPerConnection - 1) / StreamsPerConnection)
            .Select(_ => GrpcChannel.ForAddress(fleet.Address)).ToArray();
        var watchers = Enumerable.Range(0, watcherCount).Select(index => new LoadWatcher(channels[index / StreamsPerConnection], running.Id)).ToArray();
        var watching = watchers.Select(watcher => watcher.RunAsync(stop.Token)).ToArray();
        await UntilAsync(() => watchers.All(watcher => watcher.Steps.Count > 0), "every watcher sees a step");
        Row($"{watcherCount} watchers of a running job", Memory(fleet));

        var ids = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var submitters = Enumerable.Range(0, SubmitConnections).Select(_ => new TrainingJobService.TrainingJobServiceClient(GrpcChannel.ForAddress(fleet.Address))).ToArray();
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, queued), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellationToken) =>
            ids[$"queued-{number}"] = await SubmitAsync(submitters[number % SubmitConnections], images, $"queued-{number}"));
        Row($"{queued} jobs queued, 16 clients", $"{queued / clock.Elapsed.TotalSeconds:F0} submits/s");
        Row("coordinator with them", Memory(fleet));

        var latencies = await SubmitAtRateAsync(submitters, images, rate, seconds, ids);
        Report($"{rate} submits/s for {seconds} s, from the moment each was due", latencies);
        Row("coordinator after them", Memory(fleet));

        await Task.Delay(TimeSpan.FromSeconds(2));
        await stop.CancelAsync();
        await Task.WhenAll(watching);
        Report("a step from the first watcher to the last", LoadWatcher.Spreads(watchers));
        var isComplete = await CheckAsync(fleet, ids, watchers);
        Array.ForEach(channels, channel => channel.Dispose());
        return isComplete;
    }

    /// <summary>Sends each request when it is due, whether or not earlier ones were answered.</summary>
    private static async Task<IReadOnlyList<double>> SubmitAtRateAsync(
        TrainingJobService.TrainingJobServiceClient[] clients, string images, int rate, int seconds, ConcurrentDictionary<string, string> ids)
    {
        var latencies = new ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        var sent = new List<Task>();
        for (var number = 0; number < rate * seconds; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / rate);
            if (due - clock.Elapsed is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            var mine = number;
            sent.Add(Task.Run(async () =>
            {
                ids[$"rate-{mine}"] = await SubmitAsync(clients[mine % clients.Length], images, $"rate-{mine}");
                latencies.Add((clock.Elapsed - due).TotalMilliseconds);
            }));
        }

        await Task.WhenAll(sent);
        Row("all answered after", $"{clock.Elapsed.TotalSeconds:F1} s");
        return [.. latencies];
    }

    private static async Task<string> SubmitAsync(TrainingJobService.TrainingJobServiceClient client, string images, string name)
    {
        var request = new CreateTrainingJobRequest { RequestId = name, DisplayName = name, Spec = Job(images, 10) };
        return (await client.CreateTrainingJobAsync(request, deadline: DateTime.UtcNow.AddSeconds(60))).Id;
    }

    private static TrainingJobSpec Job(string images, int steps) => new()
    {
        Data = new() { Path = images, ImageSize = 16 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.0625 },
        Train = new() { BatchSize = 8, Shards = 1, Steps = steps, Seed = 1 },
        Workers = new() { Max = 1 },
        Evaluate = new() { Knn = false },
    };

    /// <summary>Every job is there, once; every watcher saw every step from its first on, once and in order.</summary>
    private static async Task<bool> CheckAsync(TestFleet fleet, ConcurrentDictionary<string, string> ids, LoadWatcher[] watchers)
    {
        var listed = new List<string>();
        var request = new ListTrainingJobsRequest { PageSize = 1000 };
        var clock = Stopwatch.StartNew();
        do
        {
            var page = await fleet.Jobs.ListTrainingJobsAsync(request, deadline: DateTime.UtcNow.AddSeconds(60));
            listed.AddRange(page.Jobs.Select(job => job.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Row($"reading {listed.Count} jobs in pages of 1000", $"{clock.Elapsed.TotalMilliseconds:F0} ms");
        var lost = ids.Values.Except(listed, StringComparer.Ordinal).Count();
        var repeated = (ids.Count - ids.Values.Distinct(StringComparer.Ordinal).Count()) + (listed.Count - listed.Distinct(StringComparer.Ordinal).Count());
        var gaps = watchers.Sum(watcher => watcher.Gaps);
        Row("jobs lost, jobs twice, steps lost or twice for a watcher", $"{lost}, {repeated}, {gaps}");
        return lost == 0 && repeated == 0 && gaps == 0;
    }

    private static async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (var tries = 0; !isSo(); tries++)
        {
            if (tries > 600)
            {
                throw new TimeoutException($"Not within 60 s: {what}.");
            }

            await Task.Delay(100);
        }
    }

    private static string Memory(TestFleet fleet) =>
        $"{long.Parse(File.ReadLines($"/proc/{fleet.Coordinator.Process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024} MiB resident";

    private static void Report(string what, IReadOnlyList<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        string At(double share) => sorted.Length == 0 ? "-" : $"{sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)]:F0}";
        Row(what, $"p50 {At(0.5)}, p95 {At(0.95)}, p99 {At(0.99)}, longest {At(1)} ms ({sorted.Length})");
    }

    private static void Row(string what, string value) => Console.WriteLine($"| {what} | {value} |");
}
