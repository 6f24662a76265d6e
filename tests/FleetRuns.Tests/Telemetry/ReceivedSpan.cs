using LightlyCluster.FleetRuns.Tests.Telemetry.Otlp;

namespace LightlyCluster.FleetRuns.Tests.Telemetry;

/// <summary>A span as it came.</summary>
internal sealed record ReceivedSpan(string Service, Span Span)
{
    public string Name => Span.Name;

    public string TraceId => Convert.ToHexStringLower(Span.TraceId.ToByteArray());

    public string Id => Convert.ToHexStringLower(Span.SpanId.ToByteArray());

    /// <summary>Empty for a root.</summary>
    public string ParentId => Span.ParentSpanId.All(part => part == 0) ? "" : Convert.ToHexStringLower(Span.ParentSpanId.ToByteArray());

    public string this[string attribute] => Span.Attributes.FirstOrDefault(pair => pair.Key == attribute)?.Value is { } value
        ? value.HasStringValue ? value.StringValue : value.HasIntValue ? $"{value.IntValue}" : $"{value.DoubleValue}"
        : "";
}
