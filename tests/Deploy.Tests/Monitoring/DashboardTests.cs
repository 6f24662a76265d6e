using System.Text.Json;
using System.Text.RegularExpressions;
using LightlyCluster.Deploy.Tests.Objects;
using LightlyCluster.Deploy.Tests.Objects.Custom;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Deploy.Tests.Monitoring;

public sealed partial class DashboardTests
{
    private const string Prometheus = "lightly-prometheus";
    private const string Tempo = "lightly-tempo";

    public static TheoryData<string> Dashboards => ["fleet.json", "job.json"];

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Queries_name_metrics_labels_and_spans_that_exist(string name)
    {
        foreach (var (panel, target) in Targets(name))
        {
            if (Source(target) == Prometheus)
            {
                Catalogue.Require(target.GetProperty("expr").GetString()!, $"{name}: {panel}");
                LegendLabels().Matches(target.GetProperty("legendFormat").GetString()!).Select(match => match.Groups["name"].Value)
                    .ShouldBeSubsetOf(new PromQuery(target.GetProperty("expr").GetString()!).Labels, $"{name}: {panel}");
            }
            else
            {
                RequireTraceQuery(target.GetProperty("query").GetString()!, $"{name}: {panel}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Panels_have_their_own_numbers_and_places_and_known_data_sources(string name)
    {
        var root = Read(name);
        var panels = root.GetProperty("panels").EnumerateArray().ToArray();

        panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        panels.SelectMany(Cells).ShouldBeUnique();
        panels.SelectMany(Cells).ShouldAllBe(cell => cell.X < 24);
        Targets(name).Select(entry => Source(entry.Target)).Distinct().ShouldBe([Prometheus, Tempo], ignoreOrder: true);
        DataSources().ShouldContain($"uid: {Prometheus}");
        DataSources().ShouldContain($"uid: {Tempo}");
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_slow_step_leads_to_its_trace(string name)
    {
        var targets = Targets(name).Select(entry => entry.Target).ToArray();

        targets.ShouldContain(target => Source(target) == Tempo && target.GetProperty("tableType").GetString() == "traces"
            && target.GetProperty("query").GetString()!.Contains("sampled_because = \"slow\"", StringComparison.Ordinal));
        targets.Where(HasExemplars).ShouldNotBeEmpty();
        targets.Where(HasExemplars).ShouldAllBe(target => target.GetProperty("expr").GetString()!.Contains("_bucket", StringComparison.Ordinal));
        DataSources().ShouldContain("exemplarTraceIdDestinations");
        DataSources().ShouldContain($"datasourceUid: {Tempo}");
    }

    [Fact]
    public void Grafana_finds_dashboards_and_data_sources_by_their_labels()
    {
        var overlay = Overlay.Load("production");

        overlay.ConfigMap("lightly-dashboards").Metadata.Labels["grafana_dashboard"].ShouldBe("1");
        overlay.ConfigMap("lightly-dashboards").Data.Keys.ShouldBe(["fleet.json", "job.json"], ignoreOrder: true);
        overlay.ConfigMap("lightly-datasources").Metadata.Labels["grafana_datasource"].ShouldBe("1");
    }

    [Fact]
    public void The_autoscaler_asks_for_metrics_that_exist()
    {
        var trigger = Overlay.Load("production").All<ScaledObject>().Single().Spec.Triggers.Single();

        trigger.Type.ShouldBe("prometheus");
        Catalogue.Require(trigger.Metadata["query"], "ScaledObject");
    }

    private static void RequireTraceQuery(string query, string where)
    {
        var names = SpanNames().Matches(query).Select(match => match.Groups["name"].Value).ToArray();
        var spans = TelemetrySpans.All.Where(span => names.Contains(span.Name)).ToArray();
        var attributes = SpanAttributes().Matches(query).Select(match => match.Groups["name"].Value).ToArray();

        names.ShouldNotBeEmpty(where);
        spans.Select(span => span.Name).ShouldBe(names, ignoreOrder: true, where);
        attributes.ShouldNotBeEmpty(where);
        attributes.ShouldBeSubsetOf(spans.SelectMany(span => span.Attributes), where);
    }

    private static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllText(
        Tool.Deploy("k8s", "components", "monitoring", "dashboards", name))).RootElement;

    private static string DataSources() => File.ReadAllText(Tool.Deploy("k8s", "components", "monitoring", "datasources.yaml"));

    private static string Source(JsonElement target) => target.GetProperty("datasource").GetProperty("uid").GetString()!;

    private static bool HasExemplars(JsonElement target) => target.TryGetProperty("exemplar", out var exemplar) && exemplar.GetBoolean();

    private static IEnumerable<(string Panel, JsonElement Target)> Targets(string name) =>
        from panel in Read(name).GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray()
        select (panel.GetProperty("title").GetString()!, target);

    private static IEnumerable<(int X, int Y)> Cells(JsonElement panel)
    {
        var place = panel.GetProperty("gridPos");
        var (left, top) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
        return from x in Enumerable.Range(left, place.GetProperty("w").GetInt32())
               from y in Enumerable.Range(top, place.GetProperty("h").GetInt32())
               select (x, y);
    }

    [GeneratedRegex("\\{\\{(?<name>[^}]*)\\}\\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LegendLabels();

    [GeneratedRegex("\\bname = \"(?<name>[^\"]*)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpanNames();

    [GeneratedRegex("span\\.(?<name>[a-z_.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpanAttributes();
}
