using System.Net;
using LightlyCluster.Coordinator.Dashboard;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Jobs.Streams;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Hosting;
using LightlyCluster.Hosting.CommandLine;
using LightlyCluster.Hosting.Probes;
using LightlyCluster.Observability;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Composes and runs the coordinator.</summary>
internal static partial class CoordinatorHost
{
    private static readonly ProgramCommandLine CommandLine = new(
        "Coordinator of a fleet: takes jobs and workers, and shares each job among its workers. Listens with gRPC, and beside it with a dashboard.",
        [
            "LightlyCluster.Coordinator --meta 127.0.0.1:6379",
            "LightlyCluster.Coordinator --meta redis-meta:6379 --data redis-data:6379 --listen 0.0.0.0:50051 --token-file tokens --tls-cert tls.crt --tls-key tls.key",
        ],
        [
            new("--meta", "Coordinator:Meta", "host:port of the META store, which keeps facts; options of StackExchange.Redis after commas. Must be given"),
            new("--data", "Coordinator:Data", "host:port of the DATA store, which holds bulk payloads. Default: the META store"),
            new("--listen", "Coordinator:Listen", "host:port of gRPC; port 0 takes a free one. Default 127.0.0.1:50051"),
            new("--http", "Coordinator:Http", "host:port of dashboard and /metrics, or none. Default: the port after that of --listen, on this machine only"),
            new("--advertise", "Coordinator:Advertise", "Address at which workers and other coordinators reach this one. Default: where it listens"),
            new("--probes", "Coordinator:Probes", "host:port on which gRPC health probes are answered, without TLS. Default: none"),
            new("--results", "Coordinator:Results", "Folder of jobs that name none of their own; a path of the workers as well. Default lightly-jobs"),
            new("--key-prefix", "Coordinator:KeyPrefix", "First part of every key in the store. Default lightly"),
            new("--store-wait", "Coordinator:StoreWait", "How long a store that does not answer is waited for at start, as H:MM:SS. Default 0:00:00: not at all"),
            new("--parent", "Coordinator:Parent", "Process whose end ends the coordinator. Default: none"),
            .. AccessServices.Flags,
            .. CommonFlags.Store,
            .. CommonFlags.Logs,
        ]);

    /// <summary>Workers, and as many clients again.</summary>
    private const int ConnectionsMaximum = 40_000;

    /// <summary>Runs until a signal.</summary>
    /// <returns>Exit code: 0, 2 wrong settings, 4 store unavailable, 6 port in use.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            if (CommandLine.Read(arguments) is not { } settings)
            {
                return 0;
            }

            await using var application = await BuildAsync(settings);
            await application.StartAsync();
            var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            foreach (var dashboard in addresses.Skip(1))
            {
                await Console.Out.WriteLineAsync($"DASHBOARD {dashboard}");
            }

            await Console.Out.WriteLineAsync($"READY {addresses.First()}");
            await Console.Out.FlushAsync();
            await application.WaitForShutdownAsync();
            return 0;
        }
        catch (StoreUnavailableException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 4;
        }
        catch (Exception error) when (error is OptionsValidationException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        catch (IOException error) when (error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"The address is in use: {error.Message} Choose another one with --listen HOST:PORT, for the dashboard with --http HOST:PORT.");
            return 6;
        }
    }

    private static async Task<WebApplication> BuildAsync(IReadOnlyDictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(settings);
        var options = SettingsReader.Read<CoordinatorOptions>(builder.Configuration, CoordinatorOptions.SectionName);
        Require(options.Meta.Length > 0, "Coordinator:Meta is missing: name the META store with --meta HOST:PORT.");
        var endpoint = ParseListen(options.Listen);
        var telemetry = ReadTelemetry(builder.Configuration);
        var security = SettingsReader.Read<SecurityOptions>(builder.Configuration, SecurityOptions.SectionName);
        builder.Services.AddAccess(security, options.Listen[..options.Listen.LastIndexOf(':')], endpoint.Address);
        var http = HttpEndpoint.Of(options.Http, endpoint, security);
        var tls = new ServerTls(security);
        var access = SettingsReader.Read<StoreAccess>(builder.Configuration, StoreAccess.SectionName);
        var connections = await StoreConnector.ConnectAsync(options, access, TimeProvider.System);
        builder.Logging.AddLightlyLogging(telemetry).AddFilter(typeof(CallerAuthentication).FullName, LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                tls.ApplyTo(listen);
            });
            if (http is not null)
            {
                kestrel.Listen(http, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    tls.ApplyTo(listen);
                });
            }

            kestrel.Limits.MaxConcurrentConnections = ConnectionsMaximum;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Limits.MinRequestBodyDataRate = null;

            // Who is silently cut off must not be given work for long. Heartbeats come more often, so that pings go to the silent only.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddLightlyProbes("Coordinator:Probes", options.Probes);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton(MembershipTimes.Default);
        builder.Services.AddSingleton(connections).AddSingleton<IJobStore, JobStore>().AddSingleton<ILeaseStore, LeaseStore>();
        builder.Services.AddSingleton<WorkerDirectory>().AddSingleton<Leadership>().AddSingleton<FleetLeader>();
        builder.Services.AddSingleton<JobBooks>().AddSingleton<MembershipInstruments>().AddSingleton<JobReader>().AddSingleton<JobAdmission>();
        builder.Services.AddSingleton<JobListing>().AddSingleton<JobControls>().AddSingleton<JobFeeds>().AddSingleton<JobStreams>().AddSingleton<WorkerListing>();
        builder.Services.AddHostedService<JobSupervisor>().AddHostedService<ParentWatch>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = RequestLimits.MessageBytesMaximum;
            grpc.Interceptors.Add<AccessInterceptor>();
            grpc.Interceptors.Add<StoreErrorInterceptor>();
        });
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks().AddCheck<StoreHealthCheck>("store");
        builder.Services.AddDashboard();
        builder.Services.AddLightlyTelemetry(
            "lightly-coordinator", options.Advertise, http is null ? PrometheusAccess.None : PrometheusAccess.Endpoint);
        var application = builder.Build();
        application.Services.GetRequiredService<FleetGauges>();
        application.UseAccess();
        Warn(application, security, endpoint.Address);
        MapEndpoints(application, hasPages: http is not null);
        return application;
    }

    private static void MapEndpoints(WebApplication application, bool hasPages)
    {
        application.MapGrpcService<TrainingJobEndpoint>();
        application.MapGrpcService<WorkerEndpoint>();
        application.MapGrpcReflectionService();
        application.MapGrpcHealthChecksService();
        if (hasPages)
        {
            application.MapDashboard();
        }
    }

    private static void Warn(WebApplication application, SecurityOptions security, IPAddress address)
    {
        if (security.Insecure)
        {
            LogInsecure(application.Logger, address);
        }
        else if (security.Plaintext && !security.HasTls)
        {
            LogPlaintext(application.Logger, address);
        }
    }

    private static IPEndPoint ParseListen(string listen) => ListenAddress.TryParse(listen, out var address)
        ? address
        : throw new OptionsValidationException(
            CoordinatorOptions.SectionName, typeof(CoordinatorOptions), [$"Coordinator:Listen is '{listen}'; write HOST:PORT with a known host, for example 127.0.0.1:50051."]);

    [LoggerMessage(1321, LogLevel.Warning,
        "INSECURE: this coordinator listens on {Address} and asks nobody who they are. Whoever reaches it can run jobs, read their results and pose as a worker.")]
    private static partial void LogInsecure(ILogger logger, IPAddress address);

    [LoggerMessage(1322, LogLevel.Warning,
        "PLAINTEXT: this coordinator takes tokens on {Address} without TLS. Whoever sees the traffic can use them; let TLS end right in front of it.")]
    private static partial void LogPlaintext(ILogger logger, IPAddress address);

    private static TelemetryOptions ReadTelemetry(ConfigurationManager configuration)
    {
        var telemetry = SettingsReader.Read<TelemetryOptions>(configuration, TelemetryOptions.SectionName);
        Require(telemetry.Problem is null, telemetry.Problem ?? "");
        return telemetry;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new OptionsValidationException(CoordinatorOptions.SectionName, typeof(CoordinatorOptions), [message]);
        }
    }
}
