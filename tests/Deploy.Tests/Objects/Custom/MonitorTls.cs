namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Whose certificate Prometheus expects.</summary>
internal sealed class MonitorTls
{
    public string ServerName { get; set; } = "";

    public MonitorAuthority Ca { get; set; } = new();
}
