using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Observability;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Makes what pages show of traced steps.</summary>
internal sealed class TraceReader(TraceBook traces)
{
    private const int StepsMaximum = 60;
    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>The newest traced steps of a job that have more parts than were seen.</summary>
    /// <param name="job">The job.</param>
    /// <param name="seen">Parts that were seen, by step; brought up to date.</param>
    public IEnumerable<TraceRow> News(string job, Dictionary<long, int> seen)
    {
        foreach (var step in traces.Of(job).TakeLast(StepsMaximum).Where(step => step.Parts.Count > seen.GetValueOrDefault(step.Step)))
        {
            seen[step.Step] = step.Parts.Count;
            yield return RowOf(step);
        }
    }

    private static TraceRow RowOf(SampledStep step)
    {
        var start = step.StartNanoseconds;
        return new(
            step.Step, TraceIdentity.OfStep(step.Job, step.Step).TraceId.ToHexString(), step.Reason, step.DurationNanoseconds / NanosecondsPerMillisecond,
            [.. step.Parts.OrderBy(part => part.Worker, StringComparer.Ordinal).Select(part => new TracePart(
                part.Worker,
                (part.Trace.StartUnixNanoseconds - start) / NanosecondsPerMillisecond,
                part.Trace.DurationNanoseconds / NanosecondsPerMillisecond,
                part.Trace.Shards,
                part.Trace.Generation,
                part.Trace.MemoryBytes,
                [.. part.Trace.Phases.Select(phase => new PhaseRow(
                    phase.Phase,
                    (part.Trace.StartUnixNanoseconds - start + phase.OffsetNanoseconds) / NanosecondsPerMillisecond,
                    phase.DurationNanoseconds / NanosecondsPerMillisecond))]))]);
    }
}
