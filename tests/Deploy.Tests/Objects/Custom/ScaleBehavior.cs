using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>The autoscaler that KEDA makes.</summary>
internal sealed class ScaleBehavior
{
    public V2HorizontalPodAutoscalerBehavior Behavior { get; set; } = new();
}
