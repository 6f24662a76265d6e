using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Time;
using LightlyCluster.TestSupport;

namespace LightlyCluster.Simulation.Tests;

/// <summary>The scripts of an embedding job under a network that loses, repeats and delays, with members that die and are replaced.</summary>
public sealed class BlockSimulationTests
{
    private const string Job = "job";
    private const int Blocks = 40;
    private const int Members = 4;

    [Fact]
    public void Every_block_is_done_once_whoever_dies()
    {
        var broken = Enumerable.Range(1, 200).Select(Play).OfType<string>().ToArray();

        broken.ShouldBeEmpty();
    }

    /// <summary>Plays one seed; null when all is well.</summary>
    private static string? Play(int seed)
    {
        var scheduler = new Scheduler(seed);
        var clock = new VirtualClock(scheduler);
        var network = new SimulatedNetwork(scheduler, seed + 1)
        {
            Conditions = new(0.03, 0.03, 0.1, 0.1, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(300)),
        };
        var store = new MemoryFleetStore(clock);
        var random = new Random(seed);
        var contexts = new Dictionary<string, NodeContext>(StringComparer.Ordinal);
        _ = store.Jobs.CreateAsync(new(Job, "{}", "job", 1, Blocks, 0, 1, 0), "request");
        _ = store.Jobs.InitializeAsync(Job, new(Blocks, Blocks, Blocks, 0, "weights", "manifest", "class", 1));
        for (var member = 0; member < Members; member++)
        {
            Start();
        }

        Bump(isStart: true);
        for (var death = 1; death <= 6; death++)
        {
            scheduler.After(TimeSpan.FromSeconds(0.4 * death), () =>
            {
                var victim = contexts.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(contexts.Count));
                contexts.Remove(victim, out var context);
                context!.Kill();
                Start();
                scheduler.After(TimeSpan.FromSeconds(random.NextDouble()), () => Bump(isStart: false));
            });
        }

        var isDone = scheduler.RunUntil(() => store.Jobs.ReadHeadAsync(Job).Result!.Step == Blocks, TimeSpan.FromMinutes(2));
        var rows = store.Jobs.ReadMetricsAsync(Job, 0, 2 * Blocks).Result.Count;
        return !isDone ? $"seed {seed}: {store.Jobs.ReadHeadAsync(Job).Result!.Step} of {Blocks} blocks are done after two minutes"
            : rows != Blocks ? $"seed {seed}: {rows} rows for {Blocks} blocks"
            : null;

        void Start()
        {
            var incarnation = $"member{contexts.Count}x{scheduler.WorkCount}";
            var context = new NodeContext(scheduler, incarnation, contexts.Count + 1);
            contexts.Add(incarnation, context);
            context.Start(() => WorkAsync(new FaultyStore(store, network, clock).Blocks(Job, incarnation), clock, random));
        }

        void Bump(bool isStart)
        {
            string[] members = [.. contexts.Keys.Order(StringComparer.Ordinal)];
            var shares = ShardAssignment.Weighted(Blocks, members, [.. members.Select(_ => 1.0)]);
            var generation = store.Jobs.ReadHeadAsync(Job).Result!.Generation;
            _ = store.Jobs.BumpGenerationAsync(Job, new(1, generation, shares, shares, isStart, 1, [], new Dictionary<string, string>()));
        }
    }

    /// <summary>What a worker does, with the time of a computation and no images. It helps a member that it thinks stuck at once.</summary>
    private static async Task WorkAsync(IBlockStore blocks, TimeProvider clock, Random random)
    {
        while (true)
        {
            try
            {
                var lease = await blocks.LeaseAsync(Blocks);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 400)), clock);
                if (lease.Outcome is BlockLeaseOutcome.Leased or BlockLeaseOutcome.Help)
                {
                    var completion = await blocks.CompleteAsync(lease.Block, $"digest{lease.Block}", 0.1);
                    completion.DifferentDigest.ShouldBeEmpty();
                }
            }
            catch (StoreAwayException)
            {
                // It asks again.
            }
        }
    }
}
