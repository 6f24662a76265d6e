namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>How the autoscaler behaves.</summary>
internal sealed class ScaleAdvanced
{
    public ScaleBehavior HorizontalPodAutoscalerConfig { get; set; } = new();
}
