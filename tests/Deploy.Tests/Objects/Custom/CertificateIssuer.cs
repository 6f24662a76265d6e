namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Who signs it.</summary>
internal sealed class CertificateIssuer
{
    public string Name { get; set; } = "";

    public string Kind { get; set; } = "";
}
