using LightlyCluster.Observability.Names;

namespace LightlyCluster.HouseRules.Tests;

/// <summary>docs/telemetry.md names every metric, span, attribute and scope that there is, and no other.</summary>
public sealed class TelemetryPageTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "telemetry.md"));

    [Fact]
    public void Every_name_is_on_the_page_as_it_is_in_the_code_and_no_other()
    {
        var rows = Lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        rows.ShouldBe(TelemetryPage.Rows());
    }

    [Fact]
    public void Names_are_unique_and_their_attributes_are_listed()
    {
        TelemetryInstruments.All.Select(instrument => instrument.Name).ShouldBeUnique();
        TelemetryInstruments.All.Select(instrument => instrument.PrometheusName).ShouldBeUnique();
        TelemetryInstruments.All.SelectMany(instrument => instrument.Attributes).Concat(TelemetrySpans.All.SelectMany(span => span.Attributes))
            .Distinct().Order(StringComparer.Ordinal).ShouldBe(TelemetryAttributes.All.Keys);
    }

    [Fact]
    public void Names_of_metrics_are_written_in_the_catalogue_only() => Repository.Sources("*.cs")
        .Where(file => !file.Contains(Path.Combine("Observability", "Names"), StringComparison.Ordinal))
        .Where(file => TelemetryInstruments.All.Any(instrument => File.ReadAllText(file).Contains($"\"{instrument.Name}\"", StringComparison.Ordinal)))
        .ShouldBeEmpty();
}
