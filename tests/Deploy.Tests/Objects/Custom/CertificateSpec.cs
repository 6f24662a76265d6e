namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its content.</summary>
internal sealed class CertificateSpec
{
    public bool IsCA { get; set; }

    public string CommonName { get; set; } = "";

    public string SecretName { get; set; } = "";

    public string Duration { get; set; } = "";

    public string RenewBefore { get; set; } = "";

    public List<string> DnsNames { get; set; } = [];

    public List<string> Usages { get; set; } = [];

    public CertificateKey PrivateKey { get; set; } = new();

    public CertificateIssuer IssuerRef { get; set; } = new();
}
