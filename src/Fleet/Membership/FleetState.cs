using System.Collections.Immutable;
using LightlyCluster.Fleet.Scheduling;

namespace LightlyCluster.Fleet.Membership;

/// <summary>Everything that one observer knows of the fleet. Not a truth: META is, and a new observer starts empty.</summary>
/// <remarks>Dictionaries are sorted by ordinal key, so that decisions do not depend on the order in which things became known.</remarks>
public sealed record FleetState
{
    /// <summary>Starts empty.</summary>
    public FleetState(MembershipTimes times) => Times = times;

    /// <summary>The intervals.</summary>
    public MembershipTimes Times { get; init; }

    /// <summary>What the observer may do.</summary>
    public ObserverRole Role { get; init; }

    /// <summary>The term of a leader; never decreases.</summary>
    public long Term { get; init; }

    /// <summary>Since when META has answered without a gap; null while it does not.</summary>
    public TimeSpan? AnsweringSince { get; init; }

    /// <summary>When META answered last.</summary>
    public TimeSpan AnsweredAt { get; init; }

    /// <summary>Incarnations that held a lease when META was last asked.</summary>
    public IReadOnlySet<string> Held { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>Who works for which job, while nothing changed that it depends on; null: to be decided anew.</summary>
    public Allotment? Allotment { get; init; }

    /// <summary>Incarnations.</summary>
    public ImmutableSortedDictionary<string, WorkerEntry> Workers { get; init; } =
        ImmutableSortedDictionary.Create<string, WorkerEntry>(StringComparer.Ordinal);

    /// <summary>Jobs that have not ended.</summary>
    public ImmutableSortedDictionary<string, JobEntry> Jobs { get; init; } =
        ImmutableSortedDictionary.Create<string, JobEntry>(StringComparer.Ordinal);

    /// <summary>Whose leases matter: everybody known, and members that are known from plans only.</summary>
    public IReadOnlyList<string> LeasesOfInterest =>
        [.. Workers.Keys.Concat(Jobs.Values.SelectMany(job => job.Record.Plan.Members)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The state with another entry of a worker.</summary>
    public FleetState With(WorkerEntry worker) => this with { Workers = Workers.SetItem(worker.Incarnation, worker) };

    /// <summary>A member's entry; made up for one that has not come (back) to this observer.</summary>
    public WorkerEntry Member(string incarnation, string job) =>
        Workers.TryGetValue(incarnation, out var worker) ? worker : WorkerEntry.Absent(incarnation, job);

    /// <summary>For how long META has answered without a gap.</summary>
    public TimeSpan AnsweringFor(TimeSpan now) => AnsweringSince is { } since ? now - since : TimeSpan.Zero;
}
