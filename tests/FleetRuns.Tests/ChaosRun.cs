using System.Diagnostics;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>
/// Trains a tiny job on real processes while, drawn from a seed, workers are killed, frozen, sent away and added, the coordinator is
/// killed and restarted, and Redis is killed and comes back on its append-only file.
/// </summary>
/// <remarks>
/// Faults come a few commits apart, some of them before the one before is over. At least one healthy worker stays, since otherwise
/// training waits for a new one rather than recovers (which other tests show).
/// </remarks>
internal sealed class ChaosRun : IAsyncDisposable
{
    private const int WorkersMaximum = 4;
    private const int StepsBetweenMaximum = 5;

    private readonly TestFleet _fleet;
    private readonly IJobStore _jobs;
    private readonly RedisConnections _connections;
    private readonly Random _random;
    private readonly Action<string> _say;
    private readonly string _images;
    private readonly Dictionary<string, ChildProcess> _healthy = [];
    private readonly List<(string Id, ChildProcess Process, long AwakeAt)> _frozen = [];
    private readonly List<ChaosFault> _faults = [];
    private int _named;

    private ChaosRun(TestFleet fleet, RedisConnections connections, string images, int seed, Action<string> say)
    {
        (_fleet, _connections, _images, _say) = (fleet, connections, images, say);
        _jobs = new RedisFleetStore(connections).Jobs;
        _random = new(seed);
    }

    /// <summary>Starts the processes.</summary>
    public static async Task<ChaosRun> StartAsync(string folder, int seed, Action<string> say)
    {
        var images = TestImages.Make(folder);
        var fleet = await TestFleet.StartAsync(folder, TestStore.Redis);
        return new(fleet, await RedisConnections.ConnectAsync(new(fleet.Store.Meta, fleet.Store.Data), "chaos"), images, seed, say);
    }

    /// <summary>An undisturbed run with one worker, then the same job with faults.</summary>
    public async Task<ChaosOutcome> RunAsync(int faults, TimeSpan limit)
    {
        // Half of the most between two faults, and what is committed while somebody wakes or joins.
        var steps = 10 + (faults * (StepsBetweenMaximum + 3) / 2);
        var expected = await UndisturbedAsync(steps, limit);
        for (var worker = 0; worker < 3; worker++)
        {
            Join();
        }

        await _fleet.WorkersAreIdleAsync([.. _healthy.Keys]);
        var clock = Stopwatch.StartNew();
        var job = await _fleet.SubmitAsync(Specification(steps, WorkersMaximum));
        using var stop = new CancellationTokenSource(limit);
        var disturbing = DisturbAsync(job.Id, faults, steps, stop.Token);
        try
        {
            await disturbing;
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException(await DescribeAsync(job.Id), error);
        }

        await Task.WhenAll(_frozen.Select(worker => Awake(worker.Process)));
        var (end, _) = await _fleet.FollowAsync(job.Id, timeoutSeconds: (int)limit.TotalSeconds);
        return new(_faults, end, expected, clock.Elapsed.TotalSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _fleet.DisposeAsync();
    }

    private TrainingJobSpec Specification(int steps, int workers) => new()
    {
        Data = new() { Path = _images, ImageSize = 32 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.125 },
        Train = new() { BatchSize = 32, Shards = 4, Steps = steps, Seed = 5 },
        Workers = workers == 1 ? new() { Min = 1, Max = 1 } : new() { Min = 1 },
        Checkpoint = new() { Every = 25 },
        Evaluate = new() { Knn = false },
    };

    private async Task<string> UndisturbedAsync(int steps, TimeSpan limit)
    {
        var alone = _fleet.AddWorker("alone");
        var job = await _fleet.SubmitAsync(Specification(steps, 1));
        var (end, _) = await _fleet.FollowAsync(job.Id, timeoutSeconds: (int)limit.TotalSeconds);
        await alone.DisposeAsync();
        return end.State == TrainingJob.Types.State.Succeeded
            ? end.Result.StateHash
            : throw new InvalidOperationException($"The undisturbed run is {end.State}: {end.Message}");
    }

    private async Task DisturbAsync(string job, int faults, long steps, CancellationToken cancellationToken)
    {
        await CommittedAsync(job, 2, cancellationToken);
        while (_faults.Count < faults)
        {
            var step = await CommittedAsync(job, 0, cancellationToken);
            if (step >= steps - 1)
            {
                throw new InvalidOperationException($"The job ended after {_faults.Count} of {faults} faults; it was given too few steps.");
            }

            await Task.Delay(_random.Next(100), cancellationToken);
            var clock = Stopwatch.StartNew();
            var (kind, target) = await FaultAsync();
            await CommittedAsync(job, step + 1, cancellationToken);
            var fault = new ChaosFault(_faults.Count + 1, kind, target, step, clock.Elapsed);
            _faults.Add(fault);
            _say(fault.ToString());
            await AwakeAsync(step);
            await CommittedAsync(job, step + _random.Next(StepsBetweenMaximum + 1), cancellationToken);
        }
    }

    /// <summary>Makes one fault that leaves somebody who can go on.</summary>
    private async Task<(string Kind, string Target)> FaultAsync()
    {
        var mayLose = _healthy.Count > 1;
        switch (_random.Next(13))
        {
            case <= 3 when mayLose:
                return ("kill -9", await LoseAsync("KILL"));
            case 4 or 5 when mayLose:
                return ("SIGTERM", await LoseAsync("TERM"));
            case 6 or 7 when mayLose:
                return ("SIGSTOP", await LoseAsync("STOP"));
            case 8:
                var absence = TimeSpan.FromMilliseconds(_random.Next(1500));
                await _fleet.RestartCoordinatorAsync(absence);
                return ("coordinator killed", $"{absence.TotalSeconds:F1} s away");
            case 9:
                var gap = TimeSpan.FromMilliseconds(_random.Next(500));
                await _fleet.Store.RestartMetaAsync(gap);
                return ("META killed", $"{gap.TotalSeconds:F1} s away");
            case 10:
                await _fleet.Store.RestartDataAsync(TimeSpan.Zero);
                return ("DATA killed", "all is gone");
            default:
                return ("join", await MakeRoomAndJoinAsync());
        }
    }

    private async Task<string> LoseAsync(string signal)
    {
        var id = _healthy.Keys.Order(StringComparer.Ordinal).ElementAt(_random.Next(_healthy.Count));
        _healthy.Remove(id, out var process);
        process!.Signal(signal);
        if (signal == "STOP")
        {
            _frozen.Add((id, process, _faults.Count + 1 + _random.Next(3)));
        }

        if (_healthy.Count < 2)
        {
            Join();
        }

        await Task.CompletedTask;
        return id;
    }

    private async Task<string> MakeRoomAndJoinAsync()
    {
        if (_healthy.Count >= WorkersMaximum)
        {
            return "nobody: full";
        }

        await Task.CompletedTask;
        return Join();
    }

    private string Join()
    {
        var id = $"chaos-{++_named:000}";
        _healthy.Add(id, _fleet.AddWorker(id));
        return id;
    }

    /// <summary>Wakes workers that were frozen for long enough; they find themselves fenced and come again.</summary>
    private async Task AwakeAsync(long step)
    {
        foreach (var worker in _frozen.Where(worker => worker.AwakeAt <= _faults.Count).ToArray())
        {
            _frozen.Remove(worker);
            await Awake(worker.Process);
            _say($"     step {step,6}  SIGCONT              {worker.Id}");
            _healthy.Add(worker.Id, worker.Process);
        }
    }

    private static Task Awake(ChildProcess process)
    {
        process.Signal("CONT");
        return Task.CompletedTask;
    }

    /// <summary>Waits until a job has committed a number of steps, or has ended.</summary>
    private async Task<long> CommittedAsync(string job, long step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await _jobs.ReadAsync(job) is { } record && (record.Step >= step || record.HasEnded))
                {
                    return record.Step;
                }
            }
            catch (StoreAwayException)
            {
                // That is one of the faults.
            }

            await Task.Delay(10, cancellationToken);
        }
    }

    private async Task<string> DescribeAsync(string job)
    {
        var record = await _jobs.ReadAsync(job);
        var faults = string.Join('\n', _faults.TakeLast(5));
        return $"The job did not get on: {record?.State} at step {record?.Step}, generation {record?.Generation}, "
            + $"plan {record?.Plan.Next.Encode()}.\n"
            + $"Last faults:\n{faults}\ncoordinator: {Tail(_fleet.Coordinator)}\n"
            + string.Join('\n', _healthy.Select(worker => $"{worker.Key}: {Tail(worker.Value)}"));
    }

    private static string Tail(ChildProcess process) => process.Said.Length > 2000 ? process.Said[^2000..] : process.Said;
}
