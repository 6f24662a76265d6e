namespace LightlyCluster.Observability.Names;

/// <summary>Names in structured logs (--log-format json) beside the message and its values.</summary>
public static class TelemetryScopes
{
    /// <summary>The trace of the call, the step or the run of work that the line belongs to.</summary>
    public const string TraceId = "TraceId";

    /// <summary>The span in that trace.</summary>
    public const string SpanId = "SpanId";

    /// <summary>The job.</summary>
    public const string Job = TelemetryAttributes.JobId;

    /// <summary>The step.</summary>
    public const string Step = TelemetryAttributes.Step;

    /// <summary>All of them with what they mean.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [TraceId] = "trace of the call or the step that the line belongs to, 32 hexadecimal digits",
        [SpanId] = "span in that trace, 16 hexadecimal digits",
        [Job] = "the job",
        [Step] = "the step",
    };
}
