using LightlyCluster.Deploy.Tests.Objects;
using LightlyCluster.Deploy.Tests.Objects.Custom;
using YamlDotNet.Serialization;

namespace LightlyCluster.Deploy.Tests.Monitoring;

public sealed class AlertTests
{
    private static readonly string Component = Tool.Deploy("k8s", "components", "monitoring");

    [Fact]
    public void Every_alert_uses_names_that_exist_and_tells_people_what_it_means()
    {
        var failures = File.ReadAllText(Path.Combine(Tool.Root, "docs", "operations", "failures.md"));
        var alerts = Alerts();

        alerts.Length.ShouldBeGreaterThan(10);
        alerts.Select(alert => alert.Alert).ShouldBeUnique();
        foreach (var alert in alerts)
        {
            Catalogue.Require(alert.Expr, alert.Alert);
            alert.Labels["severity"].ShouldBeOneOf("critical", "warning", "info");
            alert.Annotations.Keys.ShouldBe(["description", "summary"], ignoreOrder: true);
            failures.ShouldContain($"`{alert.Alert}`", customMessage: $"docs/operations/failures.md has no row for {alert.Alert}");
        }
    }

    [Fact]
    public void Promtool_finds_the_rules_right_and_every_alert_fires_and_keeps_still_as_it_should()
    {
        Tool.Require("promtool");
        var folder = Directory.CreateTempSubdirectory("lightly-deploy").FullName;
        var rules = Overlay.Load("production").All<PrometheusRule>().Single().Spec;
        File.WriteAllText(Path.Combine(folder, "rules.yaml"), new SerializerBuilder().WithNamingConvention(
            YamlDotNet.Serialization.NamingConventions.CamelCaseNamingConvention.Instance).ConfigureDefaultValuesHandling(
            DefaultValuesHandling.OmitDefaults | DefaultValuesHandling.OmitEmptyCollections).Build().Serialize(WithoutEmptyTimes(rules)));
        File.Copy(Path.Combine(Component, "tests", "rules.test.yaml"), Path.Combine(folder, "rules.test.yaml"));

        var check = Tool.Run("promtool", "check", "rules", Path.Combine(folder, "rules.yaml"));
        var test = Tool.Run("promtool", "test", "rules", Path.Combine(folder, "rules.test.yaml"));

        check.ExitCode.ShouldBe(0, check.Output + check.Errors);
        check.Output.ShouldContain($"SUCCESS: {Alerts().Length} rules found");
        test.ExitCode.ShouldBe(0, test.Output + test.Errors);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_alert_is_seen_firing_and_silent_in_the_unit_tests()
    {
        var text = File.ReadAllText(Path.Combine(Component, "tests", "rules.test.yaml"));

        foreach (var name in Alerts().Select(alert => alert.Alert))
        {
            text.ShouldContain($"alertname: {name}}}", customMessage: $"{name} is never seen silent");
            text.ShouldContain($"alertname: {name}\n        exp_alerts:", customMessage: $"{name} is never seen firing");
        }
    }

    private static AlertRule[] Alerts() => [.. Overlay.Load("production").All<PrometheusRule>().SelectMany(rule => rule.Spec.Groups).SelectMany(group => group.Rules)];

    /// <summary>An alert that fires at once has no <c>for</c>; an empty one is no duration.</summary>
    private static PrometheusRuleSpec WithoutEmptyTimes(PrometheusRuleSpec specification) => new()
    {
        Groups = [.. specification.Groups.Select(group => new RuleGroup
        {
            Name = group.Name,
            Rules = [.. group.Rules.Select(rule => new AlertRule
            {
                Alert = rule.Alert,
                Expr = rule.Expr,
                For = rule.For.Length > 0 ? rule.For : "0s",
                Labels = rule.Labels,
                Annotations = rule.Annotations,
            })],
        })],
    };
}
