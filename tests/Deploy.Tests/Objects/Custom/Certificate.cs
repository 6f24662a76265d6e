namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>A certificate of cert-manager.</summary>
internal sealed class Certificate : CustomObject<CertificateSpec>;
