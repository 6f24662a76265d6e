using LightlyCluster.Observability.Names;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LightlyCluster.Observability;

/// <summary>Sends the spans of a command, which has no host.</summary>
public static class CommandTelemetry
{
    /// <summary>Begins to listen when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
    /// <returns>What sends the rest when it is disposed of; null when nothing is sent.</returns>
    public static IDisposable? Start() => Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
        ? Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("lightly"))
            .AddSource(TelemetryMeters.Client, "Grpc.Net.Client", "System.Net.Http")
            .AddOtlpExporter()
            .Build()
        : null;
}
