using System.Diagnostics;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Transport;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Benchmarks;

/// <summary>One of two processes that add up a vector, step after step, with the fleet's own exchange and commit.</summary>
internal static class ExchangeWorker
{
    private const int Shards = 2;

    /// <summary>Runs: rank, meta, data, values, rounds, transport.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (rank, values, rounds) = (int.Parse(arguments[0]), int.Parse(arguments[3]), int.Parse(arguments[4]));
        var names = new[] { "one", "two" };
        await using var connections = await RedisConnections.ConnectAsync(new(arguments[1], arguments[2], "benchmark"), names[rank]);
        var jobs = new JobStore(connections);
        var steps = new StepStore(connections, "job", names[rank]);
        var layout = new VectorLayout(values);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var instruments = ActivatorUtilities.CreateInstance<TransportInstruments>(services);
        await using var events = await jobs.SubscribeAsync("job");
        await using var server = new PeerServer(new WorkerOptions(), instruments, TimeProvider.System, NullLogger<PeerServer>.Instance);
        var transports = new Transports(server, instruments, TimeProvider.System, NullLogger<Transports>.Instance);
        await using var payloads = await transports.OpenAsync("job", names[rank], arguments[5], new RedisFleetStore(connections));
        await payloads.FollowAsync((await jobs.ReadAsync("job"))!);
        using var exchange = new PayloadExchange(steps, payloads, layout, "job", names[rank]);
        using var pool = new VectorPool(values);
        using var chunkPool = new VectorPool(layout.ChunkLength);
        var times = new PhaseTimes(TimeProvider.System);
        var own = pool.Rent();
        own.Values.Fill(rank + 1);
        var nodes = new Dictionary<TreeNode, VectorBuffer> { [new(rank, 1)] = own };
        for (var step = 0; step < rounds; step++)
        {
            await steps.PublishShardsAsync(1, step, [new(rank, "samples", 0, new("none", ""))], exchange.Life);
            await BothAreHereAsync(steps, events, step);
            var reduced = pool.Rent();
            var start = Stopwatch.GetTimestamp();
            var reduction = new ChunkReduction(
                new(step, Shards, layout, 0.1), nodes, (_, _) => Task.CompletedTask, steps, exchange, reduced, chunkPool, times);
            reduction.Begin(1, chunk => ChunkOwnership.OwnerOf(chunk, names) == names[rank]);
            var publishing = reduction.PublishNodesAsync();
            while (!reduction.IsComplete)
            {
                if (!await reduction.AdvanceAsync(CancellationToken.None))
                {
                    await events.WaitAsync(CancellationToken.None);
                }
            }

            var elapsed = Stopwatch.GetElapsedTime(start);
            if (reduced.Values.IndexOfAnyExcept(3f) >= 0)
            {
                throw new InvalidOperationException("The sum is wrong.");
            }

            await publishing;
            while ((await jobs.ReadAsync("job"))!.Step <= step)
            {
                if (!await reduction.AdvanceAsync(CancellationToken.None))
                {
                    await events.WaitAsync(CancellationToken.None);
                }
            }

            await reduction.SettleAsync();
            await exchange.ForgetNodesAsync(step);
            pool.Return(reduced);
            await exchange.ForgetAsync(step - 2);
            Console.WriteLine($"ROUND {elapsed.TotalMilliseconds:F2}");
        }

        // What lies in this process must stay until the other one has it too.
        await jobs.SetFieldsAsync("job", null, "", ($"done{rank}", "1"));
        while ((await jobs.ReadAsync("job"))!.Field($"done{1 - rank}") is null)
        {
            await events.WaitAsync(CancellationToken.None);
        }

        return 0;
    }

    private static async Task BothAreHereAsync(StepStore steps, IJobEvents events, int step)
    {
        while ((await steps.ReadShardsAsync(step, [.. Enumerable.Range(0, Shards)])).Count < Shards)
        {
            await events.WaitAsync(CancellationToken.None);
        }
    }
}
