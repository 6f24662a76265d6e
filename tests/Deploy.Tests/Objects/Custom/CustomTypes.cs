namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Types of custom resources by apiVersion/kind.</summary>
internal static class CustomTypes
{
    public static IDictionary<string, Type> Map { get; } = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor),
        ["monitoring.coreos.com/v1/PodMonitor"] = typeof(PodMonitor),
        ["monitoring.coreos.com/v1/PrometheusRule"] = typeof(PrometheusRule),
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject),
        ["cert-manager.io/v1/Issuer"] = typeof(Issuer),
        ["cert-manager.io/v1/Certificate"] = typeof(Certificate),
    };
}
