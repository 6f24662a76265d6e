namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>What is scaled.</summary>
internal sealed class ScaleTarget
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";
}
