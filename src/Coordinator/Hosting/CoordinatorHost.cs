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
    private static readonly Dictionary<string, string> Flags = new([.. AccessServices.Flags, .. StoreAccess.Flags, .. TelemetryOptions.Flags], StringComparer.Ordinal)
    {
        ["--meta"] = "Coordinator:Meta",
        ["--data"] = "Coordinator:Data",
        ["--listen"] = "Coordinator:Listen",
        ["--results"] = "Coordinator:Results",
        ["--key-prefix"] = "Coordinator:KeyPrefix",
        ["--advertise"] = "Coordinator:Advertise",
        ["--store-wait"] = "Coordinator:StoreWait",
        ["--probes"] = "Coordinator:Probes",
        ["--parent"] = "Coordinator:Parent",
        ["--http"] = "Coordinator:Http",
    };

    /// <summary>Workers, and as many clients again.</summary>
    private const int ConnectionsMaximum = 40_000;

    /// <summary>Runs until a signal.</summary>
    /// <returns>Exit code: 0, 2 wrong settings, 4 store unavailable, 6 port in use.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            await using var application = await BuildAsync(arguments);
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

    private static async Task<WebApplication> BuildAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(WithValues(arguments), Flags);
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

    /// <summary>Lets switches stand alone: --insecure is --insecure=true.</summary>
    private static string[] WithValues(string[] arguments) =>
        [.. arguments.Select(argument => argument is "--insecure" or "--plaintext" or "--store-tls" ? $"{argument}=true" : argument)];

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
