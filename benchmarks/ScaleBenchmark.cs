using System.Diagnostics;
using Grpc.Net.Client;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks;

/// <summary>The real coordinator and redis-server with thousands of simulated workers: a gRPC stream and a lease each.</summary>
internal static class ScaleBenchmark
{
    private const int StreamsPerConnection = 200;
    private const int JobMembersMaximum = 1024;

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var count = int.Parse(Arguments.Get(arguments, "workers", "5000"));
        var seconds = int.Parse(Arguments.Get(arguments, "seconds", "20"));
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        try
        {
            await using var fleet = await TestFleet.StartAsync(folder, TestStore.Redis);
            await using var connections = await RedisConnections.ConnectAsync(new(fleet.Store.Meta, fleet.Store.Data), "scale");
            await MeasureAsync(fleet, new RedisFleetStore(connections), count, seconds);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(TestFleet fleet, RedisFleetStore store, int count, int seconds)
    {
        var channels = Enumerable.Range(0, (count + StreamsPerConnection - 1) / StreamsPerConnection)
            .Select(_ => GrpcChannel.ForAddress(fleet.Address)).ToArray();
        var workers = Enumerable.Range(0, count)
            .Select(index => new SimulatedWorker($"w{index:00000}", channels[index / StreamsPerConnection], store)).ToArray();
        using var stop = new CancellationTokenSource();
        var before = Measure(fleet);

        var clock = Stopwatch.StartNew();
        foreach (var group in workers.Chunk(64))
        {
            await Task.WhenAll(group.Select(worker => worker.ConnectAsync(stop.Token)));
        }

        Row("workers connected", $"{count}, on {channels.Length} HTTP/2 connections");
        Row("connect rate", $"{count / clock.Elapsed.TotalSeconds:F0} workers/s");
        await Task.Delay(TimeSpan.FromSeconds(5));
        var connected = Measure(fleet);
        Row("memory of a stream (coordinator)", $"{(connected.Bytes - before.Bytes) / 1024.0 / count:F1} KiB");
        await ReportIdleAsync(fleet, seconds, workers[^1]);

        var jobs = await StartJobsAsync(fleet, store, count);
        await ReportPlanAsync(fleet, store, jobs, workers);
        await ReportLossAsync(store, jobs, workers);
        await ReportIdleAsync(fleet, seconds, workers[^1], " with jobs");
        await stop.CancelAsync();
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
        Array.ForEach(channels, channel => channel.Dispose());
    }

    /// <summary>What heartbeats and leases cost when nothing happens.</summary>
    private static async Task ReportIdleAsync(TestFleet fleet, int seconds, SimulatedWorker any, string when = "")
    {
        var (before, store) = (Measure(fleet), StoreTime(fleet));
        var clock = Stopwatch.StartNew();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var elapsed = clock.Elapsed.TotalSeconds;
        Row(
            $"coordinator CPU at {any.Renewal.TotalSeconds:F1} s renewals{when}",
            $"{100 * (Measure(fleet).Cpu - before.Cpu) / elapsed:F1} % of a core");
        Row($"META CPU{when}", $"{100 * (StoreTime(fleet) - store) / elapsed:F1} % of a core");
    }

    private static async Task<IReadOnlyList<string>> StartJobsAsync(TestFleet fleet, RedisFleetStore store, int count)
    {
        var jobs = new List<string>();
        for (var left = count; left > 0; left -= JobMembersMaximum)
        {
            var members = Math.Min(JobMembersMaximum, left);
            var job = await fleet.SubmitAsync(new()
            {
                Data = new() { Path = "/simulated", Source = "folder", ImageSize = 32 },
                Method = new() { Name = "simclr" },
                Backbone = new() { Name = "resnet-9" },
                Train = new() { BatchSize = 2 * members, Shards = members, Steps = 1000, Seed = 1 },
                Workers = new() { Min = members, Max = members },
            });
            jobs.Add(job.Id);
            await store.Jobs.InitializeAsync(
                job.Id, new(2 * members, 1, 1000, 0, "xxh128:0", "manifest", SimulatedWorker.NumericClass, 16));
        }

        return jobs;
    }

    /// <summary>From the jobs' submission until everyone is a member and was told.</summary>
    private static async Task ReportPlanAsync(TestFleet fleet, RedisFleetStore store, IReadOnlyList<string> jobs, SimulatedWorker[] workers)
    {
        var clock = Stopwatch.StartNew();
        await EventuallyAsync("every worker is told generation 1", () => workers.All(worker => worker.ToldAt is not null));
        Row($"{jobs.Count} jobs planned, {workers.Length} workers told", $"{clock.Elapsed.TotalSeconds:F2} s after all were submitted");
        foreach (var job in jobs)
        {
            var record = await store.Jobs.ReadAsync(job);
            Row($"plan of {record!.Plan.Members.Count} members in META", $"{record.Plan.Next.Encode().Length / 1024.0:F1} KiB");
        }

        Row("coordinator memory", $"{Measure(fleet).Bytes / 1e6:F0} MB");
    }

    /// <summary>One stream of each job closes: how long until all the others know the next generation.</summary>
    private static async Task ReportLossAsync(RedisFleetStore store, IReadOnlyList<string> jobs, SimulatedWorker[] workers)
    {
        var lost = jobs.Select(job => workers.First(worker => worker.Job == job)).ToArray();
        var told = workers.Except(lost).ToArray();
        Array.ForEach(told, worker => worker.ToldAt = null);
        var start = Stopwatch.GetTimestamp();
        Array.ForEach(lost, worker => worker.Abort());
        await EventuallyAsync("all others are told the next generation", () => told.All(worker => worker.ToldAt is not null));
        var delays = told.Select(worker => Stopwatch.GetElapsedTime(start, worker.ToldAt!.Value).TotalSeconds).Order().ToArray();
        Row(
            $"a stream of each job closes: {told.Length} others told",
            $"first {delays[0]:F2} s, median {delays[delays.Length / 2]:F2} s, last {delays[^1]:F2} s "
            + "(0.25 s of it: time to reconnect)");
        var records = await Task.WhenAll(jobs.Select(store.Jobs.ReadAsync));
        Row("generations", string.Join(", ", records.Select(record => record!.Generation)));
    }

    private static async Task EventuallyAsync(string what, Func<bool> isTrue)
    {
        var limit = TimeSpan.FromMinutes(2);
        var clock = Stopwatch.StartNew();
        while (!isTrue())
        {
            if (clock.Elapsed > limit)
            {
                throw new TimeoutException($"Not within {limit.TotalSeconds} s: {what}.");
            }

            await Task.Delay(5);
        }
    }

    private static (double Bytes, double Cpu) Measure(TestFleet fleet)
    {
        var process = fleet.Coordinator.Process;
        process.Refresh();
        return (process.WorkingSet64, process.TotalProcessorTime.TotalSeconds);
    }

    private static double StoreTime(TestFleet fleet)
    {
        fleet.Store.Process.Process.Refresh();
        return fleet.Store.Process.Process.TotalProcessorTime.TotalSeconds;
    }

    private static void Row(string what, string value) => Console.WriteLine($"| {what} | {value} |");
}
