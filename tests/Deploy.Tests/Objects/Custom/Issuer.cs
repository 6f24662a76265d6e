namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Who signs certificates.</summary>
internal sealed class Issuer : CustomObject<IssuerSpec>;
