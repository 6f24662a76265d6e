namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Alert rules.</summary>
internal sealed class PrometheusRule : CustomObject<PrometheusRuleSpec>;
