using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Membership;

/// <summary>What to do about the members of a job.</summary>
/// <param name="Current">Who computes what in the running step.</param>
/// <param name="Next">Who computes what in later steps.</param>
/// <param name="IsStart">Whether the job starts or resumes with it.</param>
/// <param name="Lost">Members that died, with the cause.</param>
/// <param name="Left">Members that left in order.</param>
/// <param name="Joined">Incarnations that become members.</param>
public sealed record MembershipDecision(
    ShardAssignment Current,
    ShardAssignment Next,
    bool IsStart,
    IReadOnlyList<(string Incarnation, string Cause)> Lost,
    IReadOnlyList<string> Left,
    IReadOnlyList<string> Joined);
