namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>What the number of pods depends on.</summary>
internal sealed class ScaleTrigger
{
    public string Type { get; set; } = "";

    public string MetricType { get; set; } = "";

    public Dictionary<string, string> Metadata { get; set; } = [];
}
