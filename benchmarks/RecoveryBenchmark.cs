using System.Diagnostics;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Benchmarks;

/// <summary>
/// What it costs when somebody dies, and when nobody does: resnet-9 of width 0.25, 64 pixels, batch 64 in 4 shards, 3 workers of one
/// thread, redis-server. Commits are watched in META every 2 ms.
/// </summary>
internal sealed class RecoveryBenchmark : IAsyncDisposable
{
    private const int Workers = 3;
    private static readonly string[] Training = ["data_wait", "augment", "forward", "loss", "backward", "apply"];

    private readonly TestFleet _fleet;
    private readonly RedisConnections _connections;
    private readonly IJobStore _jobs;
    private readonly string _images;
    private readonly List<ChildProcess> _alive = [];
    private string _job = "";
    private int _named;

    private RecoveryBenchmark(TestFleet fleet, RedisConnections connections, string images)
    {
        (_fleet, _connections, _images) = (fleet, connections, images);
        _jobs = new RedisFleetStore(connections).Jobs;
    }

    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var kills = int.Parse(Arguments.Get(arguments, "kills", "24"));
        var stops = int.Parse(Arguments.Get(arguments, "stops", "6"));
        var absence = TimeSpan.FromSeconds(double.Parse(Arguments.Get(arguments, "absence", "30")));
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        try
        {
            var images = TestImages.Make(folder, imagesPerClass: 64, side: 64);
            await using var fleet = await TestFleet.StartAsync(folder, TestStore.Redis);
            await using var benchmark = new RecoveryBenchmark(
                fleet, await RedisConnections.ConnectAsync(new(fleet.Store.Meta, fleet.Store.Data), "recovery"), images);
            Console.WriteLine(
                $"{Machine()}, {DateTime.UtcNow:yyyy-MM-dd}; resnet-9 width 0.25, 64 pixels, batch 64, {Workers} workers, redis-server\n");
            Console.WriteLine("| what | times | median | p95 | longest |\n| --- | --- | --- | --- | --- |");
            await benchmark.CostAsync();
            await benchmark.StartAsync(Workers);
            await benchmark.KillsAsync(kills);
            await benchmark.StopsAsync(stops);
            await benchmark.CoordinatorAsync(absence);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>Everything of an undisturbed step that is not training: pointers, digests, hashes, log, retention, reads of META.</summary>
    private async Task CostAsync()
    {
        const int First = 5;
        const int Last = 65;
        var alone = _fleet.AddWorker("alone");
        var job = await _fleet.SubmitAsync(Specification(1, Last + 5));
        long since = 0, until = 0;
        var training = new List<double>();
        await _fleet.FollowAsync(
            job.Id,
            step =>
            {
                since = step.Step == First ? Stopwatch.GetTimestamp() : since;
                until = step.Step == Last ? Stopwatch.GetTimestamp() : until;
                if (step.Step is > First and <= Last)
                {
                    training.Add(Training.Sum(phase => step.Phases.GetValueOrDefault(phase)));
                }

                return Task.CompletedTask;
            },
            timeoutSeconds: 600);
        await alone.DisposeAsync();
        var step = Stopwatch.GetElapsedTime(since, until).TotalSeconds / (Last - First);
        var share = 1 - (training.Average() / step);
        Console.WriteLine(
            $"| cost of fault tolerance, one worker undisturbed: {100 * share:F1} % of a step of {step * 1000:F0} ms | {training.Count} | | | |");
    }

    private async Task StartAsync(int count)
    {
        for (var worker = 0; worker < count; worker++)
        {
            Add();
        }

        await _fleet.WorkersAreIdleAsync([.. Enumerable.Range(1, count).Select(number => $"worker-{number:000}")]);
        _job = (await _fleet.SubmitAsync(Specification(count, 1_000_000))).Id;
        await UntilAsync(record => record.Step >= 10, "ten steps");
    }

    private async Task KillsAsync(int count)
    {
        var (next, stall, join) = (new List<double>(), new List<double>(), new List<double>());
        for (var kill = 0; kill < count; kill++)
        {
            var victim = _alive[kill % _alive.Count];
            _alive.Remove(victim);
            var measured = await CommitsAfterAsync(() => victim.Signal("KILL"));
            next.Add(measured.Next);
            stall.Add(measured.Stall);
            var clock = Stopwatch.StartNew();
            Add();
            await UntilAsync(IsWhole, "a replacement takes part");
            join.Add(clock.Elapsed.TotalSeconds);
            await Task.Delay(200 + (37 * kill % 500));
        }

        Row("kill -9 to the next commit", next);
        Row("kill -9: longest time between two commits", stall);
        Row("process started to its first contribution", join);
    }

    private async Task StopsAsync(int count)
    {
        var (next, stall) = (new List<double>(), new List<double>());
        for (var stop = 0; stop < count; stop++)
        {
            var victim = _alive[stop % _alive.Count];
            var measured = await CommitsAfterAsync(() => victim.Signal("STOP"));
            next.Add(measured.Next);
            stall.Add(measured.Stall);
            victim.Signal("CONT");
            await UntilAsync(IsWhole, "the worker is back");
            await Task.Delay(200 + (37 * stop % 500));
        }

        Row("SIGSTOP to the next commit", next);
        Row("SIGSTOP: longest time between two commits", stall);
    }

    private async Task CoordinatorAsync(TimeSpan absence)
    {
        var before = await RateAsync(Task.Delay(absence));
        var restarting = _fleet.RestartCoordinatorAsync(absence);
        var during = await RateAsync(Task.Delay(absence));
        await restarting;
        var after = await RateAsync(Task.Delay(absence));
        Console.WriteLine(
            $"| coordinator away for {absence.TotalSeconds:F0} s: commits/s before {before:F2}, during {during:F2}, after {after:F2} "
            + "| 1 | | | |");
    }

    private async Task<double> RateAsync(Task time)
    {
        var (from, clock) = ((await _jobs.ReadAsync(_job))!.Step, Stopwatch.StartNew());
        await time;
        return ((await _jobs.ReadAsync(_job))!.Step - from) / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Does something to a worker, and watches the next four commits.</summary>
    /// <returns>
    /// Seconds to the next one (short by luck when the victim's part was published), and the longest time between two; the fault counts as one.
    /// </returns>
    private async Task<(double Next, double Stall)> CommitsAfterAsync(Action fault)
    {
        var step = (await _jobs.ReadAsync(_job))!.Step;
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        fault();
        for (var commit = 1; commit <= 4; commit++)
        {
            var wanted = step + commit;
            await UntilAsync(record => record.Step >= wanted, "the next commit");
            times.Add(clock.Elapsed.TotalSeconds);
        }

        return (times[0], times.Zip([0, .. times], (time, previous) => time - previous).Max());
    }

    private async Task UntilAsync(Func<JobRecord, bool> isTrue, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!isTrue((await _jobs.ReadAsync(_job))!))
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(90))
            {
                var said = _fleet.Coordinator.Said;
                throw new TimeoutException($"Not within 90 s: {what}. {said[^Math.Min(2000, said.Length)..]}");
            }

            await Task.Delay(2);
        }
    }

    /// <summary>All members are there, and a step of the new shares is committed.</summary>
    private static bool IsWhole(JobRecord record) => record.Plan.Members.Count == Workers && record.Step > record.Plan.FirstStep + 1;

    private void Add() => _alive.Add(_fleet.AddWorker($"worker-{++_named:000}"));

    private TrainingJobSpec Specification(int workers, int steps) => new()
    {
        Data = new() { Path = _images, ImageSize = 64 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.25 },
        Train = new() { BatchSize = 64, Shards = 4, Steps = steps, Seed = 3 },
        Workers = new() { Min = 1, Max = workers },
        Checkpoint = new() { Every = 1000 },
        Evaluate = new() { Knn = false },
    };

    private static void Row(string what, List<double> seconds)
    {
        var sorted = seconds.Order().ToArray();
        var p95 = sorted[(int)Math.Ceiling(0.95 * sorted.Length) - 1];
        Console.WriteLine($"| {what} | {sorted.Length} | {Figures.Median(sorted):F2} s | {p95:F2} s | {sorted[^1]:F2} s |");
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return $"{model?.Split(':')[1].Trim()}, {Environment.ProcessorCount} cores";
    }
}
