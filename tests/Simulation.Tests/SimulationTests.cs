using System.Collections.Concurrent;
using System.Diagnostics;
using LightlyCluster.Simulation.Tests.Nodes;

namespace LightlyCluster.Simulation.Tests;

/// <summary>Thousands of fleets, each with misfortunes of its own: the invariants hold in every one.</summary>
/// <remarks>SIMULATION_SEEDS and SIMULATION_FROM say how many and which; a single seed prints what happened.</remarks>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int FailuresShown = 20;

    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SIMULATION_SEEDS") ?? "2000");
    private static readonly int From = int.Parse(Environment.GetEnvironmentVariable("SIMULATION_FROM") ?? "1");

    [Fact]
    public void Whatever_befalls_a_fleet_the_invariants_hold()
    {
        var start = Stopwatch.GetTimestamp();
        var failures = new ConcurrentBag<SimulationOutcome>();
        var outcomes = new ConcurrentBag<(int Seed, TimeSpan Slowest, long Work)>();
        Parallel.For(From, From + Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var outcome = SimulationRun.Play(SimulationPlan.Of(seed), isVerbose: Seeds == 1);
            outcomes.Add((seed, outcome.SlowestProgress, outcome.WorkCount));
            if (outcome.Broken is not null)
            {
                failures.Add(outcome);
            }

            if (Seeds == 1 || (outcome.Broken is not null && failures.Count <= FailuresShown))
            {
                File.WriteAllLines(Path.Combine(Path.GetTempPath(), $"simulation-{seed}.txt"), outcome.Trace);
            }
        });

        var slowest = outcomes.MaxBy(outcome => outcome.Slowest);
        output.WriteLine(
            $"{Seeds} seeds in {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {outcomes.Sum(outcome => outcome.Work) / Seeds} pieces of work a seed; "
            + $"slowest progress after faults {slowest.Slowest.TotalSeconds:F2} s (seed {slowest.Seed})");
        failures.OrderBy(failure => failure.Seed).Take(FailuresShown)
            .Select(failure => $"{failure.Broken}: {failure.Replay}").ShouldBeEmpty($"{failures.Count} of {Seeds} seeds broke an invariant; what happened is in {Path.GetTempPath()}simulation-SEED.txt");
    }

    [Fact]
    public void A_seed_replays_exactly()
    {
        var first = SimulationRun.Play(SimulationPlan.Of(12345));
        var second = SimulationRun.Play(SimulationPlan.Of(12345));

        second.Fingerprint.ShouldBe(first.Fingerprint);
        second.Trace.ShouldBe(first.Trace);
    }

    [Fact]
    public void A_large_fleet_commits_with_one_member_dying()
    {
        var (workers, shards) = Environment.GetEnvironmentVariable("SIMULATION_SCALE") == "1" ? (1000, 4096) : (40, 160);
        var job = new SimulatedJob(3, shards, 3, 64, 10, workers, RowLength: 0);
        var plan = SimulationPlan.Undisturbed(1, job with { MinimumWorkers = workers - 1 }, workers) with
        {
            Misfortunes = [(TimeSpan.FromSeconds(16.5), Misfortune.KillWorker)],
            FaultsEnd = TimeSpan.FromSeconds(17),
        };
        var start = Stopwatch.GetTimestamp();

        var outcome = SimulationRun.Play(plan);

        output.WriteLine($"{workers} workers, {shards} shards, 3 steps: {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s, {outcome.WorkCount} pieces of work");
        outcome.Broken.ShouldBeNull();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_befalls_a_fleet_of_any_size(int workers)
    {
        var job = new SimulatedJob(7, 8, 20, 64, 4, workers);

        var outcome = SimulationRun.Play(SimulationPlan.Undisturbed(workers, job, workers));

        outcome.Broken.ShouldBeNull();
        outcome.Committed.ShouldBe(20);
    }
}
