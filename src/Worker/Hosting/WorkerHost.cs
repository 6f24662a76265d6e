using LightlyCluster.Fleet.Redis;
using LightlyCluster.Hosting;
using LightlyCluster.Hosting.Probes;
using LightlyCluster.Observability;
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
    private static readonly Dictionary<string, string> Flags = new([.. StoreAccess.Flags, .. TelemetryOptions.Flags], StringComparer.Ordinal)
    {
        ["--coordinator"] = "Worker:Coordinator",
        ["--id"] = "Worker:Id",
        ["--device"] = "Worker:Device",
        ["--threads"] = "Worker:Threads",
        ["--meta"] = "Worker:Meta",
        ["--data"] = "Worker:Data",
        ["--image-cache-megabytes"] = "Worker:ImageCacheMegabytes",
        ["--peer-address"] = "Worker:PeerAddress",
        ["--peer-port"] = "Worker:PeerPort",
        ["--probes"] = "Worker:Probes",
        ["--plugins"] = "Worker:Plugins",
        ["--token-file"] = "Worker:TokenFile",
        ["--tls-ca"] = "Worker:TlsCa",
        ["--tls-cert"] = "Worker:TlsCertificate",
        ["--tls-key"] = "Worker:TlsKey",
        ["--parent"] = "Worker:Parent",
    };

    /// <summary>Runs until a signal, after which the worker leaves in order.</summary>
    /// <returns>Exit code: 0 after leaving, 2 for wrong settings, 6 for a port in use.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        TorchRuntime.EnsureLoaded();
        try
        {
            using var host = Build(arguments);
            await host.RunAsync();
            return 0;
        }
        catch (OptionsValidationException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{error.Message} Choose another port (--metrics-port PORT, or that of the probes).");
            return 6;
        }
    }

    private static IHost Build(string[] arguments)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(arguments, Flags);
        var options = SettingsReader.Read<WorkerOptions>(builder.Configuration, WorkerOptions.SectionName);
        var telemetry = SettingsReader.Read<TelemetryOptions>(builder.Configuration, TelemetryOptions.SectionName);
        if (telemetry.Problem is { } problem)
        {
            throw new OptionsValidationException(TelemetryOptions.SectionName, typeof(TelemetryOptions), [problem]);
        }

        if (options.Threads is < 1 or > 1024 || !CoordinatorAddresses.AreValid(options.Coordinator))
        {
            throw new OptionsValidationException(
                WorkerOptions.SectionName,
                typeof(WorkerOptions),
                [$"Worker:Threads is {options.Threads} (1 to 1024) and Worker:Coordinator is '{options.Coordinator}' (http://HOST:PORT, several with commas between); correct the settings."]);
        }

        if (options.PeerPort is < 0 or > ushort.MaxValue || Uri.CheckHostName(options.PeerAddress) == UriHostNameType.Unknown && options.PeerAddress.Length > 0)
        {
            throw new OptionsValidationException(
                WorkerOptions.SectionName,
                typeof(WorkerOptions),
                [$"Worker:PeerPort is {options.PeerPort} (0 to 65535; 0: any free one) and Worker:PeerAddress is '{options.PeerAddress}' (a host name or IP address, without a port); correct the settings."]);
        }

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
