using System.Net;
using System.Net.Sockets;
using LightlyCluster.Coordinator.Dashboard;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Composes and runs the coordinator.</summary>
internal static class CoordinatorHost
{
    private static readonly Dictionary<string, string> Flags = new(TelemetryOptions.Flags, StringComparer.Ordinal)
    {
        ["--meta"] = "Coordinator:Meta",
        ["--data"] = "Coordinator:Data",
        ["--listen"] = "Coordinator:Listen",
        ["--results"] = "Coordinator:Results",
        ["--key-prefix"] = "Coordinator:KeyPrefix",
        ["--advertise"] = "Coordinator:Advertise",
        ["--parent"] = "Coordinator:Parent",
        ["--http"] = "Coordinator:Http",
    };

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
        catch (OptionsValidationException error)
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

    /// <summary>Reads HOST:PORT; port 0 takes a free one.</summary>
    /// <param name="setting">Name of the setting, for the message.</param>
    /// <param name="listen">Its value.</param>
    /// <exception cref="OptionsValidationException">It is something else.</exception>
    internal static IPEndPoint ParseAddress(string setting, string listen)
    {
        var separator = listen.LastIndexOf(':');
        var host = separator > 0 ? listen[..separator] : "";
        Require(ushort.TryParse(listen[(separator + 1)..], out var port) && host.Length > 0,
            $"{setting} is '{listen}'; write HOST:PORT, for example 127.0.0.1:50051.");
        if (host is "*" or "0.0.0.0")
        {
            return new(IPAddress.Any, port);
        }

        var address = host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(host, out var parsed) ? parsed
            : Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault();
        Require(address is not null, $"{setting} is '{listen}'; the host is not known.");
        return new(address!, port);
    }

    private static async Task<WebApplication> BuildAsync(string[] arguments)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(arguments, Flags);
        var options = builder.Configuration.GetSection(CoordinatorOptions.SectionName).Get<CoordinatorOptions>() ?? new CoordinatorOptions();
        Require(options.Meta.Length > 0, "Coordinator:Meta is missing: name the META store with --meta HOST:PORT.");
        var endpoint = ParseAddress("Coordinator:Listen", options.Listen);
        var http = HttpEndpoint.Of(options.Http, endpoint);
        var telemetry = builder.Configuration.GetSection(TelemetryOptions.SectionName).Get<TelemetryOptions>() ?? new TelemetryOptions();
        Require(telemetry.Problem is null, telemetry.Problem ?? "");
        var connections = await RedisConnections.ConnectAsync(
            new(options.Meta, options.Data.Length > 0 ? options.Data : options.Meta, options.KeyPrefix), "lightly-coordinator");
        builder.Logging.AddLightlyLogging(telemetry);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http2);
            if (http is not null)
            {
                kestrel.Listen(http, listen => listen.Protocols = HttpProtocols.Http1);
            }

            kestrel.Limits.Http2.MaxStreamsPerConnection = 10_000;
            kestrel.Limits.MinRequestBodyDataRate = null;

            // Who is silently cut off must not be given work for long. Heartbeats come more often, so that pings go to the silent only.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(5);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton(MembershipTimes.Default);
        builder.Services.AddSingleton(connections).AddSingleton<IJobStore, JobStore>().AddSingleton<ILeaseStore, LeaseStore>();
        builder.Services.AddSingleton<WorkerDirectory>().AddSingleton<Leadership>().AddSingleton<FleetLeader>();
        builder.Services.AddSingleton<JobBooks>().AddSingleton<MembershipInstruments>().AddSingleton<JobReader>().AddSingleton<JobAdmission>();
        builder.Services.AddHostedService<JobSupervisor>().AddHostedService<ParentWatch>();
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<StoreErrorInterceptor>());
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks().AddCheck<StoreHealthCheck>("store");
        builder.Services.AddDashboard();
        builder.Services.AddLightlyTelemetry(
            "lightly-coordinator", options.Advertise, http is null ? PrometheusAccess.None : PrometheusAccess.Endpoint);
        var application = builder.Build();
        application.Services.GetRequiredService<FleetGauges>();
        application.MapGrpcService<TrainingJobEndpoint>();
        application.MapGrpcService<WorkerEndpoint>();
        application.MapGrpcReflectionService();
        application.MapGrpcHealthChecksService();
        if (http is not null)
        {
            application.MapDashboard();
            application.MapPrometheusScrapingEndpoint();
        }

        return application;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new OptionsValidationException(CoordinatorOptions.SectionName, typeof(CoordinatorOptions), [message]);
        }
    }
}
