using LightlyCluster.Observability.Names;

namespace LightlyCluster.HouseRules.Tests;

/// <summary>The rows of docs/telemetry.md as the catalogue of names wants them.</summary>
internal static class TelemetryPage
{
    public static IEnumerable<string> Rows() => InstrumentRows().Concat(SpanRows()).Concat(PhaseRows()).Concat(AttributeRows()).Concat(ScopeRows());

    public static IEnumerable<string> InstrumentRows() => TelemetryInstruments.All.Select(instrument =>
        $"| `{instrument.Name}` | `{instrument.PrometheusName}` | {instrument.Kind.ToString().ToLowerInvariant()} | {instrument.Unit.Replace("By", "bytes")} | "
        + $"{Codes(instrument.Attributes)} | {Who(instrument.Emitters)} | {With(instrument.Description, instrument.Condition)} |");

    public static IEnumerable<string> SpanRows() => TelemetrySpans.All.Select(span =>
        $"| `{span.Name}` | {Who(span.Emitters)} | {span.Parent} | {Codes(span.Attributes)} | {With(span.Description, span.Condition)} |");

    public static IEnumerable<string> PhaseRows() =>
        TelemetryPhases.All.Select(phase => $"| `{phase.Name}` | {With(phase.Description + ".", phase.Condition)} |");

    public static IEnumerable<string> AttributeRows() => TelemetryAttributes.All.Select(attribute => $"| `{attribute.Key}` | {attribute.Value} |");

    public static IEnumerable<string> ScopeRows() => TelemetryScopes.All.Select(scope => $"| `{scope.Key}` | in the log: {scope.Value} |");

    private static string Codes(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static string Who(Emitter emitters) => emitters.ToString().ToLowerInvariant();

    private static string With(string description, string condition) => condition.Length == 0 ? description : $"{description} Only where {condition}.";
}
