namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its content: what a rule file of Prometheus holds.</summary>
internal sealed class PrometheusRuleSpec
{
    public List<RuleGroup> Groups { get; set; } = [];
}
