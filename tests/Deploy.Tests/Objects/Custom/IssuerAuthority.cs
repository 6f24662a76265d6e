namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>The authority of an issuer.</summary>
internal sealed class IssuerAuthority
{
    public string SecretName { get; set; } = "";
}
