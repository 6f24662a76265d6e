namespace LightlyCluster.Simulation.Tests;

/// <summary>What came of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Broken">The first broken invariant; null when all held.</param>
/// <param name="Committed">Committed steps.</param>
/// <param name="SlowestProgress">Longest time between commits after the faults ended.</param>
/// <param name="LongestGap">Longest time between two commits of the whole run.</param>
/// <param name="WorkCount">Pieces of work.</param>
/// <param name="Fingerprint">Fingerprint of the order of everything.</param>
/// <param name="Trace">What happened.</param>
internal sealed record SimulationOutcome(
    int Seed, string? Broken, long Committed, TimeSpan SlowestProgress, TimeSpan LongestGap, long WorkCount, ulong Fingerprint, IReadOnlyList<string> Trace)
{
    /// <summary>How to see it again.</summary>
    public string Replay => $"SIMULATION_FROM={Seed} SIMULATION_SEEDS=1 ./test simulation";
}
