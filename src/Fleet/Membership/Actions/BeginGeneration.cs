using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Membership;

/// <summary>Begin a new membership generation, if META still is in the expected one.</summary>
/// <param name="Job">The job.</param>
/// <param name="ExpectedGeneration">The generation that the decision was made on.</param>
/// <param name="Current">Who computes what in the running step.</param>
/// <param name="Next">Who computes what in later steps.</param>
/// <param name="IsStart">Whether the job starts or goes on with it.</param>
/// <param name="Lost">Members that died.</param>
/// <param name="Left">Members that left in order or were given to another job.</param>
/// <param name="Joined">Incarnations that become members.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record BeginGeneration(
    string Job,
    long ExpectedGeneration,
    ShardAssignment Current,
    ShardAssignment Next,
    bool IsStart,
    IReadOnlyList<Loss> Lost,
    IReadOnlyList<Departure> Left,
    IReadOnlyList<string> Joined,
    string Reason) : FleetAction;
