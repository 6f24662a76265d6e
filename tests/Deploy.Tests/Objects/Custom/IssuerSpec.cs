namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Its content.</summary>
internal sealed class IssuerSpec
{
    public Dictionary<string, string>? SelfSigned { get; set; }

    public IssuerAuthority? Ca { get; set; }
}
