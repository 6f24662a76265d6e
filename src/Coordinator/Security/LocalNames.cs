using System.Net;

namespace LightlyCluster.Coordinator.Security;

/// <summary>The names by which a coordinator that serves only its own machine is called.</summary>
/// <param name="listenHost">The host that it was told to listen on.</param>
internal sealed class LocalNames(string listenHost)
{
    /// <summary>Whether a name means this machine.</summary>
    public bool Has(string host) =>
        host is "localhost" || host == listenHost || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
