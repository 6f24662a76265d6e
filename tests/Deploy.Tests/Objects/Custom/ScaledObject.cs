namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>A workload that KEDA scales.</summary>
internal sealed class ScaledObject : CustomObject<ScaledObjectSpec>;
