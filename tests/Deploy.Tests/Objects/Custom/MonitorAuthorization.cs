using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>The token that Prometheus shows.</summary>
internal sealed class MonitorAuthorization
{
    public V1SecretKeySelector Credentials { get; set; } = new();
}
