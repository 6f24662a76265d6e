using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace LightlyCluster.Observability;

/// <summary>The only place that knows exporters.</summary>
public static class TelemetryServiceCollectionExtensions
{
    /// <summary>
    /// Sends metrics and traces of LightlyCluster out by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; otherwise nothing
    /// leaves the process. A failing receiver never disturbs training.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="serviceName">service.name of the resource.</param>
    public static IServiceCollection AddLightlyTelemetry(this IServiceCollection services, string serviceName)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is null)
        {
            return services;
        }

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName))
            .WithMetrics(metrics => metrics.AddMeter("LightlyCluster.*"))
            .WithTracing(tracing => tracing.AddSource("LightlyCluster.*"))
            .UseOtlpExporter();
        return services;
    }
}
