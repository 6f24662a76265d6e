using LightlyCluster.Observability;
using LightlyCluster.SelfSupervised;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TorchSharp;

namespace LightlyCluster.Worker.Hosting;

/// <summary>Composes and runs a worker.</summary>
internal static class WorkerHost
{
    private static readonly Dictionary<string, string> Flags = new(TelemetryOptions.Flags, StringComparer.Ordinal)
    {
        ["--coordinator"] = "Worker:Coordinator",
        ["--id"] = "Worker:Id",
        ["--device"] = "Worker:Device",
        ["--threads"] = "Worker:Threads",
        ["--meta"] = "Worker:Meta",
        ["--data"] = "Worker:Data",
        ["--image-cache-megabytes"] = "Worker:ImageCacheMegabytes",
        ["--plugins"] = "Worker:Plugins",
        ["--parent"] = "Worker:Parent",
    };

    /// <summary>Runs until a signal, after which the worker leaves in order.</summary>
    /// <returns>Exit code: 0 after leaving, 2 for wrong settings, 6 for a port in use.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        TorchRuntime.EnsureLoaded();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(arguments, Flags);
        var options = builder.Configuration.GetSection(WorkerOptions.SectionName).Get<WorkerOptions>() ?? new WorkerOptions();
        var telemetry = builder.Configuration.GetSection(TelemetryOptions.SectionName).Get<TelemetryOptions>() ?? new TelemetryOptions();
        if (telemetry.Problem is { } problem)
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        if (options.Threads is < 1 or > 1024 || !CoordinatorAddresses.AreValid(options.Coordinator))
        {
            await Console.Error.WriteLineAsync(
                $"Worker:Threads is {options.Threads} (1 to 1024) and Worker:Coordinator is '{options.Coordinator}' (http://HOST:PORT, several with commas between); correct the settings.");
            return 2;
        }

        builder.Logging.AddLightlyLogging(telemetry);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<TrainingThread>().AddSingleton<WorkerState>().AddSingleton<IComputationFactory, TrainingComputationFactory>();
        builder.Services.AddSingleton<ComputationShelf>().AddSingleton<JobRunnerFactory>();
        builder.Services.AddSingleton(DeviceChoice.Choose(options));
        builder.Services.AddHostedService<CoordinatorSession>().AddHostedService<ParentWatch>();
        builder.Services.AddSingleton(telemetry).AddSingleton<TrainingInstruments>().AddSingleton<GpuInstruments>().AddSingleton<WorkerTelemetry>();
        builder.Services.AddLightlyTelemetry("lightly-worker", options.Id, PrometheusAccess.At(telemetry.MetricsPortNumber));
        torch.set_num_threads(options.Threads);
        using var host = builder.Build();
        host.Services.GetRequiredService<GpuInstruments>();
        try
        {
            await host.RunAsync();
            return 0;
        }
        catch (IOException error) when (telemetry.MetricsPortNumber > 0)
        {
            await Console.Error.WriteLineAsync($"{error.Message} Choose another port for metrics with --metrics-port PORT.");
            return 6;
        }
    }
}
