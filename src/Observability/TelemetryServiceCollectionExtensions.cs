using LightlyCluster.Observability.Names;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LightlyCluster.Observability;

/// <summary>The only place that knows exporters.</summary>
public static class TelemetryServiceCollectionExtensions
{
    /// <summary>Metrics of the runtime whose names Prometheus keeps for histograms; nobody has missed them.</summary>
    private static readonly string[] Refused =
        ["dotnet.process.cpu.count", "dotnet.thread_pool.thread.count", "dotnet.timer.count", "dotnet.assembly.count"];

    /// <summary>Calls that last as long as a worker or a watcher stays: their spans would say nothing and end never.</summary>
    private static readonly string[] Streams = ["/Session", "/WatchTrainingJob", "/StreamLogs", "/StreamMetrics", "/Watch", "/api/events"];

    /// <summary>
    /// Sends metrics and traces of LightlyCluster out by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and lets Prometheus read
    /// metrics where the host offers that. A failing receiver never disturbs training.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="serviceName">service.name of the resource.</param>
    /// <param name="instance">service.instance.id of the resource; empty: drawn by the library.</param>
    /// <param name="prometheus">How Prometheus reads this process.</param>
    public static IServiceCollection AddLightlyTelemetry(
        this IServiceCollection services, string serviceName, string instance, PrometheusAccess prometheus)
    {
        services.AddSingleton<StoreInstruments>();
        var isOtlp = Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 };
        if (!isOtlp && prometheus == PrometheusAccess.None)
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(
            serviceName, serviceInstanceId: instance.Length > 0 ? instance : null,
            serviceVersion: typeof(TelemetryServiceCollectionExtensions).Assembly.GetName().Version?.ToString()));
        telemetry.WithMetrics(metrics => AddMetrics(metrics, prometheus));
        if (prometheus.Port > 0)
        {
            services.AddHostedService(provider => new MetricsServer(prometheus.Port, provider.GetRequiredService<MeterProvider>()));
        }

        if (isOtlp)
        {
            telemetry.WithTracing(AddTraces).UseOtlpExporter();
        }

        return services;
    }

    private static void AddMetrics(MeterProviderBuilder metrics, PrometheusAccess prometheus)
    {
        metrics.AddMeter("LightlyCluster.*", "System.Runtime").SetExemplarFilter(ExemplarFilterType.TraceBased);
        foreach (var name in Refused)
        {
            metrics.AddView(name, MetricStreamConfiguration.Drop);
        }

        if (prometheus.IsEndpoint)
        {
            metrics.AddMeter("Microsoft.AspNetCore.Hosting").AddView("http.server.active_requests", MetricStreamConfiguration.Drop);
        }

        if (prometheus != PrometheusAccess.None)
        {
            metrics.AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
        }
    }

    private static void AddTraces(TracerProviderBuilder traces) => traces
        .AddSource(TelemetryMeters.Training, TelemetryMeters.Jobs, TelemetryMeters.Client)
        .AddAspNetCoreInstrumentation(calls => calls.Filter = context =>
            !Streams.Any(stream => context.Request.Path.Value?.EndsWith(stream, StringComparison.Ordinal) == true)
            && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal));
}
