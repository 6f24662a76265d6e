using System.Net;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Where the dashboard and /metrics are. Browsers and Prometheus speak HTTP/1.1, calls HTTP/2: without TLS each needs its own port.</summary>
internal static class HttpEndpoint
{
    /// <summary>What switches them off.</summary>
    public const string None = "none";

    /// <summary>Reads the setting.</summary>
    /// <param name="setting">HOST:PORT, "none", or empty for the default.</param>
    /// <param name="calls">Where calls are taken.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="OptionsValidationException">It is neither.</exception>
    public static IPEndPoint? Of(string setting, IPEndPoint calls)
    {
        if (setting == None)
        {
            return null;
        }

        if (setting.Length == 0)
        {
            // Beyond this machine only where somebody says so.
            return new(IPAddress.Loopback, calls.Port is 0 or ushort.MaxValue ? 0 : calls.Port + 1);
        }

        return CoordinatorHost.ParseAddress("Coordinator:Http", setting);
    }
}
