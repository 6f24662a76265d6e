namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>How long a member waits before it counts a communicator as broken.</summary>
internal sealed record NcclLimits
{
    /// <summary>For all members to find each other.</summary>
    public TimeSpan Opening { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For the first bytes, when all are there.</summary>
    public TimeSpan WarmingUp { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For a round while nobody knows how long steps take: one member may evaluate before it begins.</summary>
    public TimeSpan FirstMoving { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Least time for a round later.</summary>
    public TimeSpan LeastMoving { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a round, from when this member has all that it sends: the others may still compute.</summary>
    /// <param name="patience">How long others may be late before they count as stuck; null while that is not known.</param>
    public TimeSpan Moving(TimeSpan? patience) => patience is not { } known ? FirstMoving : known > LeastMoving ? known : LeastMoving;
}
