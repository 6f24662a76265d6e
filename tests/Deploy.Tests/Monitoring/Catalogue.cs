using LightlyCluster.Observability.Names;

namespace LightlyCluster.Deploy.Tests.Monitoring;

/// <summary>Series and labels that exist, from the catalogue of telemetry that the programs are held to.</summary>
internal static class Catalogue
{
    private static readonly string[] LabelsOfScrapes = ["le", "pod", "namespace", "instance", "job"];

    /// <summary>Every series by name, with the metric that it belongs to.</summary>
    public static IReadOnlyDictionary<string, InstrumentDefinition> Series { get; } = TelemetryInstruments.All
        .SelectMany(metric => NamesOf(metric).Select(name => (name, metric))).ToDictionary(pair => pair.name, pair => pair.metric, StringComparer.Ordinal);

    /// <summary>Requires that an expression names existing series, and labels that one of them has.</summary>
    public static void Require(string expression, string where)
    {
        var query = new PromQuery(expression);
        var metrics = query.Metrics.Where(Series.ContainsKey).ToArray();
        var labels = metrics.SelectMany(name => Series[name].Attributes).Select(Label).Concat(LabelsOfScrapes).ToArray();

        query.Metrics.ShouldNotBeEmpty($"{where}: {expression}");
        query.Metrics.ShouldBe(metrics, $"{where}: {expression}");
        query.Labels.ShouldBeSubsetOf(labels, $"{where}: {expression}");
    }

    public static string Label(string attribute) => attribute.Replace('.', '_');

    private static IEnumerable<string> NamesOf(InstrumentDefinition metric) => metric.Kind == InstrumentKind.Histogram
        ? [$"{metric.PrometheusName}_bucket", $"{metric.PrometheusName}_sum", $"{metric.PrometheusName}_count"]
        : [metric.PrometheusName];
}
