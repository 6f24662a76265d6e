using System.Net;

namespace LightlyCluster.Hosting.Probes;

/// <summary>Where probes are answered.</summary>
/// <param name="Address">Address and port.</param>
internal sealed record ProbeOptions(IPEndPoint Address);
