using k8s.Models;

namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Where the authority of a certificate is.</summary>
internal sealed class MonitorAuthority
{
    public V1SecretKeySelector Secret { get; set; } = new();
}
