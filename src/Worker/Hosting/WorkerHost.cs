using LightlyCluster.Fleet.Redis;
using LightlyCluster.Hosting;
using LightlyCluster.Hosting.CommandLine;
using LightlyCluster.Hosting.Probes;
using LightlyCluster.Observability;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.SelfSupervised;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;
using LightlyCluster.Worker.Transport.Nccl;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace LightlyCluster.Worker.Hosting;

/// <summary>Composes and runs a worker.</summary>
internal static class WorkerHost
{
    private static readonly ProgramCommandLine CommandLine = new(
        "Worker of a fleet: registers with the coordinator, computes its shards of a job's steps, and leaves in order on SIGTERM.",
        [
            "LightlyCluster.Worker --coordinator http://127.0.0.1:50051",
            "LightlyCluster.Worker --coordinator https://coordinator:50051 --id node-7 --device cuda --token-file token --tls-ca ca.crt",
        ],
        [
            new("--coordinator", "Worker:Coordinator", "Address of the coordinator; several with commas between: whichever leads. Default http://127.0.0.1:50051"),
            new("--id", "Worker:Id", "Stable name. Default: host name and process id"),
            new("--device", "Worker:Device", "cpu, cuda or auto (cuda where there is one). Default auto"),
            new("--threads", "Worker:Threads", "Threads of a CPU worker, 1 to 1024; part of the numeric class. Default 1"),
            new("--meta", "Worker:Meta", "host:port of META as this worker reaches it. Default: what the coordinator says"),
            new("--data", "Worker:Data", "host:port of DATA as this worker reaches it. Default: what the coordinator says"),
            new("--image-cache-megabytes", "Worker:ImageCacheMegabytes", "Decoded images are kept up to this many megabytes. Default 1024"),
            new("--peer-address", "Worker:PeerAddress", "Name or address at which other workers reach this one. Default: that of the interface on the way to META"),
            new("--peer-port", "Worker:PeerPort", "TCP port for other workers. Default 0: any free one"),
            new("--peer-memory", "Worker:PeerMemory", "Whether workers of this machine read gradients in this one's memory. Default true", IsSwitch: true),
            new("--probes", "Worker:Probes", "host:port on which gRPC health probes are answered, without TLS. Default: none"),
            new("--plugins", "Worker:Plugins", "Folder of assemblies with methods of users. Default: LIGHTLY_PLUGINS, otherwise none"),
            new("--token-file", "Worker:TokenFile", "File with a token of the role worker; read with each new connection. Default: none"),
            new("--tls-ca", "Worker:TlsCa", "PEM file of the authority of the coordinator's certificate. Default: those of the system"),
            new("--tls-cert", "Worker:TlsCertificate", "PEM file of a client certificate, instead of a token. Default: none"),
            new("--tls-key", "Worker:TlsKey", "PEM file of its private key. Default: it is in the file of the certificate"),
            new("--parent", "Worker:Parent", "Process whose end ends the worker. Default: none"),
            .. CommonFlags.Store,
            .. CommonFlags.Logs,
            new("--metrics-port", "Telemetry:MetricsPort", "Port on which this worker answers Prometheus; 0: none. Default: LIGHTLY_METRICS_PORT, otherwise 0"),
            new("--trace-every", "Telemetry:TraceEvery", "Every Nth step is traced, 0: none; the same for all workers. Default: LIGHTLY_TRACE_EVERY, otherwise 50"),
        ]);

    /// <summary>Runs until a signal, after which the worker leaves in order.</summary>
    /// <returns>Exit code: 0 after leaving, 2 for wrong settings, 6 for a port in use.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            if (CommandLine.Read(arguments) is not { } settings)
            {
                return 0;
            }

            TorchRuntime.EnsureLoaded();
            using var host = Build(settings);
            await host.RunAsync();
            return 0;
        }
        catch (OptionsValidationException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        catch (ConnectionSettingsException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message}.");
            return 2;
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{error.Message} Choose another port (--metrics-port PORT, or that of the probes).");
            return 6;
        }
    }

    private static IHost Build(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(settings);
        var options = SettingsReader.Read<WorkerOptions>(builder.Configuration, WorkerOptions.SectionName);
        var telemetry = SettingsReader.Read<TelemetryOptions>(builder.Configuration, TelemetryOptions.SectionName);
        if ((telemetry.Problem ?? options.Problem) is { } problem)
        {
            throw new OptionsValidationException(WorkerOptions.SectionName, typeof(WorkerOptions), [problem]);
        }

        CoordinatorAddresses.Require(options.Coordinator, options.Connection);
        builder.Logging.AddLightlyLogging(telemetry);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddLightlyProbes("Worker:Probes", options.Probes);
        builder.Services.AddHealthChecks().AddCheck<FleetContact>("fleet");
        builder.Services.AddSingleton(SettingsReader.Read<StoreAccess>(builder.Configuration, StoreAccess.SectionName));
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<FleetContact>();
        builder.Services.AddSingleton<TrainingThread>().AddSingleton<WorkerState>().AddSingleton<IComputationFactory, TrainingComputationFactory>();
        builder.Services.AddSingleton<ComputationShelf>().AddSingleton<JobRunnerFactory>().AddSingleton<TransportInstruments>();
        builder.Services.AddSingleton<PeerServer>().AddSingleton<Transports>();
        builder.Services.AddSingleton(services => new Lazy<NcclRuntime>(() => NcclRuntime.Find(services.GetRequiredService<DeviceChoice>())));
        builder.Services.AddSingleton(DeviceChoice.Choose(options));
        builder.Services.AddHostedService<CoordinatorSession>().AddHostedService<ParentWatch>();
        builder.Services.AddSingleton(telemetry).AddSingleton<TrainingInstruments>().AddSingleton<GpuInstruments>().AddSingleton<WorkerTelemetry>();
        builder.Services.AddLightlyTelemetry("lightly-worker", options.Id, PrometheusAccess.At(telemetry.MetricsPortNumber));
        torch.set_num_threads(options.Threads);
        var host = builder.Build();
        host.Services.GetRequiredService<GpuInstruments>();
        return host;
    }
}
