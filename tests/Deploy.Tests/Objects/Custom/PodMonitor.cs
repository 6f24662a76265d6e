namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Pods that Prometheus reads.</summary>
internal sealed class PodMonitor : CustomObject<PodMonitorSpec>;
