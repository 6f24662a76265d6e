namespace LightlyCluster.Fleet.Sharding;

/// <summary>What one membership generation says about the steps from its first one on.</summary>
/// <param name="Generation">Number of the generation; 0 before the first.</param>
/// <param name="FirstStep">The step that was running when the generation began.</param>
/// <param name="Current">Who computes what in <paramref name="FirstStep"/>: survivors keep what they hold.</param>
/// <param name="Next">Who computes what in all later steps: balanced, joiners included.</param>
public sealed record ShardPlan(long Generation, long FirstStep, ShardAssignment Current, ShardAssignment Next)
{
    private readonly HashSet<string> _members = new(Next.Members, StringComparer.Ordinal);

    /// <summary>The plan of a job that has not started.</summary>
    public static ShardPlan None { get; } = new(0, 0, ShardAssignment.Empty, ShardAssignment.Empty);

    /// <summary>Everybody who belongs to the generation, in order.</summary>
    public IReadOnlyList<string> Members { get; } = [.. Next.Members];

    /// <summary>Whether an incarnation belongs to the generation.</summary>
    public bool Contains(string incarnation) => _members.Contains(incarnation);

    /// <summary>The assignment that holds for <paramref name="step"/>.</summary>
    public ShardAssignment At(long step) => step <= FirstStep ? Current : Next;
}
