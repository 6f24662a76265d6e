namespace LightlyCluster.Observability;

/// <summary>What a process is told about telemetry: flags, section Telemetry, or environment variables of the same names as the flags.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Telemetry";

    /// <summary>Steps between two traced ones when nothing else is said.</summary>
    public const int TraceEveryDefault = 50;

    /// <summary>text or json. Default: LIGHTLY_LOG_FORMAT, otherwise text.</summary>
    public string LogFormat { get; set; } = Variable("LIGHTLY_LOG_FORMAT", "text");

    /// <summary>Port on which a worker answers Prometheus, on all interfaces; 0: none. Default: LIGHTLY_METRICS_PORT, otherwise 0.</summary>
    public string MetricsPort { get; set; } = Variable("LIGHTLY_METRICS_PORT", "0");

    /// <summary>Every Nth step is traced; 0: none for that reason. The same for all workers. Default: LIGHTLY_TRACE_EVERY, otherwise 50.</summary>
    public string TraceEvery { get; set; } = Variable("LIGHTLY_TRACE_EVERY", $"{TraceEveryDefault}");

    /// <summary>Whether logs are JSON.</summary>
    public bool IsJson => LogFormat == "json";

    /// <summary>The port as a number.</summary>
    public int MetricsPortNumber => int.Parse(MetricsPort);

    /// <summary>The interval as a number.</summary>
    public long TraceEverySteps => long.Parse(TraceEvery);

    /// <summary>What is wrong with the settings, for people; null when nothing is.</summary>
    public string? Problem =>
        LogFormat is not ("text" or "json")
            ? $"Telemetry:LogFormat is '{LogFormat}'; allowed is text or json (--log-format, LIGHTLY_LOG_FORMAT)."
        : !ushort.TryParse(MetricsPort, out _)
            ? $"Telemetry:MetricsPort is '{MetricsPort}'; allowed is 0 (none) to 65535 (--metrics-port, LIGHTLY_METRICS_PORT)."
        : !long.TryParse(TraceEvery, out var every) || every < 0
            ? $"Telemetry:TraceEvery is '{TraceEvery}'; allowed is 0 (none) or a number of steps (--trace-every, LIGHTLY_TRACE_EVERY)."
        : null;

    private static string Variable(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
