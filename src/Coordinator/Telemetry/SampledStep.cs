using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>A traced step: the parts of the workers that have told theirs.</summary>
/// <param name="Job">The job.</param>
/// <param name="Step">Number of the step.</param>
/// <param name="HeardAt">When the first part came, as a timestamp of the clock.</param>
/// <param name="Parts">Workers with their parts.</param>
/// <param name="IsSent">Whether the root of its trace was sent.</param>
internal sealed record SampledStep(string Job, long Step, long HeardAt, IReadOnlyList<(string Worker, StepTrace Trace)> Parts, bool IsSent)
{
    /// <summary>Beginning of the earliest part, nanoseconds since 1970.</summary>
    public long StartNanoseconds => Parts.Min(part => part.Trace.StartUnixNanoseconds);

    /// <summary>From the earliest beginning to the latest end, nanoseconds.</summary>
    public long DurationNanoseconds => Parts.Max(part => part.Trace.StartUnixNanoseconds + part.Trace.DurationNanoseconds) - StartNanoseconds;

    /// <summary>Why it is traced; a reason that holds for all workers comes first.</summary>
    public string Reason => Parts.Select(part => part.Trace.SampledBecause).OrderBy(reason => reason == "slow").First();
}
