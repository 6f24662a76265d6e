namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>What a communicator is for; the same on all its members but for <paramref name="Rank"/>.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Number">Its number in the generation, from 0.</param>
/// <param name="FirstStep">The first step whose payloads it moves.</param>
/// <param name="Members">Its members, by rank.</param>
/// <param name="Rank">This one's rank.</param>
internal sealed record NcclPlan(long Generation, int Number, long FirstStep, IReadOnlyList<string> Members, int Rank)
{
    /// <summary>Communicators of a generation: each failure but the last is followed by another try.</summary>
    public const int NumberMaximum = 5;

    private const long FirstPause = 64;

    /// <summary>The fact on which its members agree by which they find each other.</summary>
    public string IdFact => $"id {Number}";

    /// <summary>The fact that it is broken: the step in which it was, and why.</summary>
    public string BreakFact => $"broken {Number}";

    /// <summary>The plan of the next try, which all members know alike: the longer, the more tries have failed.</summary>
    /// <param name="breakFact">What the members agreed on.</param>
    /// <returns>Null when there is none.</returns>
    public NcclPlan? Next(string breakFact) =>
        Number + 1 < NumberMaximum && long.TryParse(breakFact.Split(' ', 2)[0], out var step)
            ? this with { Number = Number + 1, FirstStep = step + (FirstPause << Number) }
            : null;
}
