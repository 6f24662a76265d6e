using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its content.</summary>
internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public List<MonitorEndpoint> Endpoints { get; set; } = [];
}
