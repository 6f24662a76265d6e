using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Nodes;

namespace LightlyCluster.Simulation.Tests;

/// <summary>What a seed means: a job, a fleet, a network and the misfortunes that befall them.</summary>
internal sealed record SimulationPlan(
    int Seed, SimulatedJob Job, int WorkerCount, NetworkConditions Conditions, TimeSpan FaultsEnd, IReadOnlyList<(TimeSpan At, Misfortune What)> Misfortunes)
{
    /// <summary>Draws the plan of a seed.</summary>
    public static SimulationPlan Of(int seed)
    {
        var random = new Random(seed);
        var shards = new[] { 1, 2, 3, 4, 8 }[random.Next(5)];
        var workers = random.Next(1, Math.Min(4, shards) + 1);
        var job = new SimulatedJob(
            (ulong)random.NextInt64(), shards, random.Next(4, 16), 16 * random.Next(1, 6), random.Next(1, 6), random.Next(4) == 0 ? Math.Min(2, workers) : 1,
            Wire: JobVocabulary.Wires[seed % JobVocabulary.Wires.Count]);
        var isBad = random.Next(3) > 0;
        var conditions = new NetworkConditions(
            isBad ? random.NextDouble() * 0.03 : 0,
            isBad ? random.NextDouble() * 0.03 : 0,
            isBad ? random.NextDouble() * 0.05 : 0,
            random.NextDouble() * 0.1,
            TimeSpan.FromMilliseconds(random.Next(1, 8)),
            TimeSpan.FromMilliseconds(random.Next(20, 400)));
        var end = TimeSpan.FromSeconds(random.Next(4, 12));
        var kinds = Enum.GetValues<Misfortune>();
        var misfortunes = Enumerable.Range(0, random.Next(0, 8))
            .Select(_ => (At: TimeSpan.FromSeconds(1) + ((end - TimeSpan.FromSeconds(1)) * random.NextDouble()), What: kinds[random.Next(kinds.Length)]))
            .OrderBy(entry => entry.At).ToArray();
        return new(seed, job, workers, conditions, end, misfortunes);
    }

    /// <summary>A fleet that nothing befalls.</summary>
    public static SimulationPlan Undisturbed(int seed, SimulatedJob job, int workers) =>
        new(seed, job, workers, NetworkConditions.Good, TimeSpan.FromSeconds(1), []);
}
