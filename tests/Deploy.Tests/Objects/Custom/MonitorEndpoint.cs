namespace LightlyCluster.Deploy.Tests.Objects.Custom;

/// <summary>Where and how often.</summary>
internal sealed class MonitorEndpoint
{
    public string Port { get; set; } = "";

    public string Path { get; set; } = "";

    public string Interval { get; set; } = "";

    public string Scheme { get; set; } = "";

    public MonitorAuthorization? Authorization { get; set; }

    public MonitorTls? TlsConfig { get; set; }
}
