namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its content.</summary>
internal sealed class ScaledObjectSpec
{
    public ScaleTarget ScaleTargetRef { get; set; } = new();

    public int MinReplicaCount { get; set; }

    public int MaxReplicaCount { get; set; }

    public int PollingInterval { get; set; }

    public int CooldownPeriod { get; set; }

    public ScaleAdvanced Advanced { get; set; } = new();

    public List<ScaleTrigger> Triggers { get; set; } = [];
}
