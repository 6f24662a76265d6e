using System.Net;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Hosting;
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
    /// <param name="security">Who may call.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="OptionsValidationException">It is neither, or strangers could read what jobs do.</exception>
    public static IPEndPoint? Of(string setting, IPEndPoint calls, SecurityOptions security)
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

        string[] problems = !ListenAddress.TryParse(setting, out var address)
            ? [$"Coordinator:Http is '{setting}'; write HOST:PORT with a known host, for example 127.0.0.1:50052, or none."]
            : [.. SecurityRules.Check(security, address.Address).Select(problem => $"Coordinator:Http is '{setting}'. {problem}")];
        return problems.Length == 0 ? address : throw new OptionsValidationException(CoordinatorOptions.SectionName, typeof(CoordinatorOptions), problems);
    }
}
