using System.Collections.Concurrent;
using System.Diagnostics;
using LightlyCluster.Simulation.Tests.Nodes;

namespace LightlyCluster.Simulation.Tests;

/// <summary>Thousands of fleets, each with misfortunes of its own: the invariants hold in every one.</summary>
/// <remarks>SIMULATION_SEEDS and SIMULATION_FROM say how many and which; a single seed prints what happened.</remarks>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int FailuresShown = 20;
    private const int SeedsOfOneFault = 4;

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

    /// <summary>I7 for each fault by itself: the time between two commits around it, less than 0.4 s of which is the steps' own.</summary>
    [Theory]
    [InlineData(Misfortune.KillWorker, 1)]
    [InlineData(Misfortune.FreezeLong, 4)]
    [InlineData(Misfortune.FreezeBriefly, 4)]
    [InlineData(Misfortune.BreakStream, 1)]
    [InlineData(Misfortune.Leave, 1)]
    [InlineData(Misfortune.Join, 1)]
    [InlineData(Misfortune.KillCoordinator, 1)]
    [InlineData(Misfortune.TwoLeaders, 1)]
    [InlineData(Misfortune.WipeData, 2)]
    public void One_fault_costs_at_most_one_lease_and_a_second(Misfortune misfortune, double secondsMaximum)
    {
        var job = new SimulatedJob(5, 6, 120, 64, 50, 3);
        var outcomes = Enumerable.Range(1, SeedsOfOneFault).Select(seed => SimulationRun.Play(SimulationPlan.Undisturbed(seed, job with { MinimumWorkers = 1 }, 3) with
        {
            Misfortunes = [(TimeSpan.FromSeconds(4 + (0.13 * seed)), misfortune)],
            FaultsEnd = TimeSpan.FromSeconds(12),
        })).ToArray();

        outcomes.Select(outcome => outcome.Broken).ShouldAllBe(broken => broken == null);
        var slowest = outcomes.MaxBy(outcome => outcome.LongestGap)!;
        output.WriteLine($"{misfortune}: at most {slowest.LongestGap.TotalSeconds:F2} s between two commits (seed {slowest.Seed})");
        slowest.LongestGap.TotalSeconds.ShouldBeLessThan(secondsMaximum);
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
