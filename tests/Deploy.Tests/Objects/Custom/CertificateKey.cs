namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its private key.</summary>
internal sealed class CertificateKey
{
    public string Algorithm { get; set; } = "";

    public int Size { get; set; }

    public string RotationPolicy { get; set; } = "";
}
