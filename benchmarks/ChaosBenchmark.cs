using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Benchmarks;

/// <summary>Many random faults on real processes; the end must be that of an undisturbed run.</summary>
internal static class ChaosBenchmark
{
    /// <summary>Runs, prints every fault, and fails when a sample or a bit is lost.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var faults = int.Parse(Arguments.Get(arguments, "faults", "200"));
        var seed = int.Parse(Arguments.Get(arguments, "seed", "1"));
        var limit = TimeSpan.FromMinutes(double.Parse(Arguments.Get(arguments, "minutes", "40")));
        var folder = Directory.CreateTempSubdirectory("lightly-benchmark-").FullName;
        try
        {
            await using var run = await ChaosRun.StartAsync(folder, seed, Console.WriteLine);
            var outcome = await run.RunAsync(faults, limit);
            Print(outcome);
            foreach (var violation in outcome.Violations())
            {
                Console.WriteLine($"VIOLATED: {violation}");
            }

            Console.WriteLine(
                outcome.Violations().Count == 0 ? $"whole (seed {seed})" : $"NOT whole; repeat with --faults {faults} --seed {seed}");
            return outcome.Violations().Count == 0 ? 0 : 1;
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            Console.WriteLine($"{error.Message}\nNOT whole; repeat with --faults {faults} --seed {seed}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(ChaosOutcome outcome)
    {
        Console.WriteLine(
            $"{outcome.Faults.Count} faults in {outcome.Job.StepsTotal} steps, {outcome.Seconds:F0} s, {outcome.Job.Generation} generations");
        Console.WriteLine("| fault | times | median to next commit, s | longest, s |\n| --- | --- | --- | --- |");
        foreach (var kind in outcome.Faults.GroupBy(fault => fault.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            var seconds = kind.Select(fault => fault.Recovery.TotalSeconds).ToArray();
            Console.WriteLine($"| {kind.Key} | {seconds.Length} | {Figures.Median(seconds):F2} | {seconds.Max():F2} |");
        }

        var samples = outcome.Job.Result.Samples;
        Console.WriteLine(
            $"samples: expected {samples.Expected}, committed {samples.Committed}, lost {samples.Lost}, repeated {samples.RepeatedCount}");
        Console.WriteLine($"state: {outcome.Job.Result.StateHash}; undisturbed with one worker: {outcome.ExpectedHash}");
    }
}
