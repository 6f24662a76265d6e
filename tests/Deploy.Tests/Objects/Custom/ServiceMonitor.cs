namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>A Service that Prometheus reads.</summary>
internal sealed class ServiceMonitor : CustomObject<ServiceMonitorSpec>;
