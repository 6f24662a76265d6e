using System.Diagnostics;
using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Steps.Wire;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;
using LightlyCluster.Worker.Transport.Nccl;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>One of two processes that add up a vector, step after step, with the fleet's own exchange and commit.</summary>
internal static class ExchangeWorker
{
    private const int Shards = 2;

    private static readonly string[] Names = ["one", "two"];

    /// <summary>The transports that can be measured.</summary>
    public static IReadOnlyList<string> Transports { get; } = [JobVocabulary.TransportRedis, JobVocabulary.TransportPeer];

    /// <summary>Runs the rank that is given, with the flags of <see cref="ExchangeRow.WorkerArguments"/>.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (rank, values, rounds) = (Number("rank"), Number("values"), Number("rounds"));
        var name = Names[rank];
        await using var connections = await RedisConnections.ConnectAsync(
            new(Arguments.Get(arguments, "meta", ""), Arguments.Get(arguments, "data", ""), "benchmark"), name);
        var calls = new CallTimes();
        var jobs = new JobStore(connections);
        var steps = new TimedSteps(new StepStore(connections, "job", name), calls);
        var format = WireFormats.Of(Arguments.Get(arguments, "wire", JobVocabulary.WireSingle));
        var layout = new VectorLayout(values, values, Number("chunk") is > 0 and var chunkLength ? chunkLength : format.ChunkLength);
        await using var events = await jobs.SubscribeAsync("job");
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var instruments = ActivatorUtilities.CreateInstance<TransportInstruments>(services);
        await using var server = new PeerServer(new(), instruments, TimeProvider.System, NullLogger<PeerServer>.Instance);
        var transports = new Transports(server, new(() => NcclRuntime.Find(new(TorchSharp.torch.CPU, "cpu"))), instruments, TimeProvider.System, NullLogger<Transports>.Instance);
        await using var payloads = await transports.OpenAsync(
            "job", name, Arguments.Get(arguments, "transport", JobVocabulary.TransportRedis), new(Shards, 0, new(layout, format)),
            new TimedStore(new RedisFleetStore(connections), calls));
        payloads.OnArrival(events.Wake);
        await payloads.FollowAsync((await jobs.ReadAsync("job"))!, CancellationToken.None);
        using var pool = new VectorPool(values, payloads.Memory);
        using var chunkPool = new VectorPool(layout.ChunkLength, payloads.Memory);
        using var exchange = new PayloadExchange(steps, payloads, new ChunkCodec(layout, format), chunkPool, "job", name);
        var times = new PhaseTimes(TimeProvider.System);
        var (own, nodes) = (pool.Rent(), new HeldNodes());
        own.Values.Fill(rank + 1);
        nodes.Add(new(rank, 1), own);
        var processor = 0.0;
        for (var step = 0; step < rounds; step++)
        {
            await steps.PublishShardsAsync(1, step, [new(rank, "samples", 0, new("none", ""))], exchange.Life);
            await BothAreHereAsync(steps, events, step);
            var reduced = pool.Rent();
            var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            var reduction = new ChunkReduction(
                new(step, Shards, layout, new TreeSum(layout, format, 1), 0.1), nodes, (_, _) => Task.CompletedTask, steps, exchange, reduced, chunkPool, times);
            reduction.Begin(1, chunk => ChunkOwnership.OwnerOf(chunk, Names) == name);
            var publishing = reduction.PublishNodesAsync(Task.CompletedTask);
            while (!reduction.IsComplete)
            {
                if (!await reduction.AdvanceAsync(CancellationToken.None))
                {
                    await calls.MeasureAsync("wait", () => events.WaitAsync(CancellationToken.None));
                }
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            processor += step < ExchangeTimes.WarmUps ? 0 : (Environment.CpuUsage.TotalTime - used).TotalMilliseconds;
            // As whole numbers, which is quick: the other worker may still be at it.
            if (MemoryMarshal.Cast<float, int>(reduced.Values).ContainsAnyExcept(BitConverter.SingleToInt32Bits(3f)))
            {
                throw new InvalidOperationException("The sum is wrong.");
            }

            await publishing;
            await CommittedAsync(jobs, reduction, events, step);
            await reduction.SettleAsync();
            await exchange.ForgetNodesAsync(step);
            pool.Return(reduced);
            await exchange.ForgetAsync(step - 2);
            Console.WriteLine($"ROUND {elapsed.TotalMilliseconds:F2}");
        }

        Console.WriteLine($"CPU {processor / (rounds - ExchangeTimes.WarmUps):F1}");
        Console.WriteLine($"  worker {name}, a round: {calls.Describe(rounds)}");
        await LeaveTogetherAsync(jobs, events, rank);
        return 0;

        int Number(string flag) => int.Parse(Arguments.Get(arguments, flag, ""));
    }

    private static async Task CommittedAsync(JobStore jobs, ChunkReduction reduction, IJobEvents events, int step)
    {
        while ((await jobs.ReadAsync("job"))!.Step <= step)
        {
            if (!await reduction.AdvanceAsync(CancellationToken.None))
            {
                await events.WaitAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>What lies in this process must stay until the other one has it too.</summary>
    private static async Task LeaveTogetherAsync(JobStore jobs, IJobEvents events, int rank)
    {
        await jobs.SetFieldsAsync("job", null, "", ($"done{rank}", "1"));
        while ((await jobs.ReadAsync("job"))!.Field($"done{1 - rank}") is null)
        {
            await events.WaitAsync(CancellationToken.None);
        }
    }

    private static async Task BothAreHereAsync(TimedSteps steps, IJobEvents events, int step)
    {
        while ((await steps.ReadShardsAsync(step, [.. Enumerable.Range(0, Shards)])).Count < Shards)
        {
            await events.WaitAsync(CancellationToken.None);
        }
    }
}
