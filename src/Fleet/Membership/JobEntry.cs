using System.Collections.Immutable;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>What an observer knows about one job beside its record.</summary>
public sealed record JobEntry
{
    /// <summary>Steps whose duration is remembered.</summary>
    public const int RememberedSteps = 15;

    /// <summary>The job as META had it last.</summary>
    public required JobRecord Record { get; init; }

    /// <summary>Since when at least one worker is ready for a start; null while none is.</summary>
    public TimeSpan? GatheringSince { get; init; }

    /// <summary>Since when it lacks workers; null while it does not.</summary>
    public TimeSpan? ShortSince { get; init; }

    /// <summary>Since when the running step runs, as observed.</summary>
    public TimeSpan StepSince { get; init; }

    /// <summary>Seconds of the newest steps, as observed.</summary>
    public ImmutableArray<double> StepSeconds { get; init; } = [];

    /// <summary>Observed commits on end at which another balance would have been faster.</summary>
    public int SkewedCommits { get; init; }

    /// <summary>The step at which the balance was last judged.</summary>
    public long JudgedStep { get; init; } = -1;

    /// <summary>The step at which the plan was last made.</summary>
    public long PlannedAt { get; init; }

    /// <summary>Members that all others wait for, or waited for until they were helped, while they do not move on.</summary>
    public ImmutableSortedDictionary<string, Standstill> Waited { get; init; } =
        ImmutableSortedDictionary.Create<string, Standstill>(StringComparer.Ordinal);

    /// <summary>Since when payloads are kept for a joiner although nobody joins; null while that is not so.</summary>
    public TimeSpan? RetainedSince { get; init; }

    /// <summary>Members that were named as stragglers.</summary>
    public ImmutableSortedSet<string> Stragglers { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>How often the job failed on each worker, by the worker's stable name.</summary>
    public ImmutableSortedDictionary<string, int> Failures { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Median seconds of the newest steps; 0 while unknown.</summary>
    public double MedianStepSeconds => StepSeconds.IsEmpty ? 0 : StepSeconds.Order().ElementAt(StepSeconds.Length / 2);

    /// <summary>Takes a newer record.</summary>
    public JobEntry With(JobRecord record, TimeSpan now)
    {
        var entry = this with { Record = record };
        if (record.Generation != Record.Generation)
        {
            entry = entry with { GatheringSince = null, PlannedAt = record.Step, SkewedCommits = 0 };
        }

        if (record.Step == Record.Step)
        {
            return entry;
        }

        var seconds = (now - StepSince).TotalSeconds / (record.Step - Record.Step);
        var durations = seconds > 0 && record.Step > Record.Step ? StepSeconds.Add(seconds) : StepSeconds;
        return entry with
        {
            StepSince = now,
            StepSeconds = durations.Length > RememberedSteps ? durations.RemoveAt(0) : durations,
        };
    }
}
