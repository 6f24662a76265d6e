using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Hosting.Probes;

/// <summary>Adds probes to a program.</summary>
public static class ProbeServiceCollectionExtensions
{
    /// <summary>Answers gRPC health probes on a port of their own; the program adds its checks for readiness itself.</summary>
    /// <param name="services">The host's services. Add probes before what they watch, so that they answer until the end.</param>
    /// <param name="setting">Name of the setting, for the message.</param>
    /// <param name="listen">HOST:PORT; empty: no probes are answered.</param>
    /// <exception cref="OptionsValidationException">The address is not HOST:PORT.</exception>
    public static IServiceCollection AddLightlyProbes(this IServiceCollection services, string setting, string listen)
    {
        services.AddHealthChecks();
        if (listen.Length == 0)
        {
            return services;
        }

        return ListenAddress.TryParse(listen, out var address)
            ? services.AddSingleton(new ProbeOptions(address)).AddHostedService<ProbeServer>()
            : throw new OptionsValidationException(setting, typeof(ProbeOptions), [$"{setting} is '{listen}'; write HOST:PORT, for example 0.0.0.0:8081."]);
    }
}
