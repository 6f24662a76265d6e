namespace LightlyCluster.Fleet.Membership;

/// <summary>What an observer knows about one incarnation.</summary>
public sealed record WorkerEntry
{
    /// <summary>The incarnation.</summary>
    public required string Incarnation { get; init; }

    /// <summary>Stable name of the worker.</summary>
    public required string Id { get; init; }

    /// <summary>What must agree for equal bits; empty for a member that is known from a plan only.</summary>
    public required string NumericClass { get; init; }

    /// <summary>Where it is in its life.</summary>
    public MemberPhase Phase { get; init; }

    /// <summary>The job it was given; empty for none.</summary>
    public string Job { get; init; } = "";

    /// <summary>What it said last.</summary>
    public WorkerReport Report { get; init; } = WorkerReport.Idle;

    /// <summary>Whether its stream is open.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Since when its stream is closed; null while open and before the first.</summary>
    public TimeSpan? ClosedAt { get; init; }

    /// <summary>The last sign of life.</summary>
    public TimeSpan HeardAt { get; init; }

    /// <summary>When it came.</summary>
    public TimeSpan RegisteredAt { get; init; }

    /// <summary>When its job was given to it or taken from it.</summary>
    public TimeSpan OrderedAt { get; init; }

    /// <summary>The job that was taken from it last, which it may still report for a moment.</summary>
    public string ReleasedJob { get; init; } = "";

    /// <summary>Whether it said that it goes.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Whether it has written a checkpoint before it goes.</summary>
    public bool IsStateSaved { get; init; }

    /// <summary>Whether it is prepared for its job and holds a state.</summary>
    public bool IsReady => IsAvailable && Report.Job == Job && Report.Status == WorkerStatus.Ready;

    /// <summary>Whether it may be given work: connected, staying, and not out.</summary>
    public bool IsAvailable => IsOpen && !IsLeaving && Phase is not (MemberPhase.Left or MemberPhase.Fenced);

    /// <summary>A member that has not come (back) to this observer: known from a plan, alive while its lease is.</summary>
    public static WorkerEntry Absent(string incarnation, string job) =>
        new() { Incarnation = incarnation, Id = incarnation, NumericClass = "", Job = job, Phase = MemberPhase.Active };
}
