using LightlyCluster.Coordinator.Telemetry;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Registers the dashboard and what the coordinator tells about jobs.</summary>
internal static class DashboardServices
{
    /// <summary>Adds both.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<JobInstruments>().AddSingleton<TraceBook>().AddSingleton<ProgressBook>().AddSingleton<FleetGauges>()
        .AddSingleton<JobCatalog>().AddSingleton<FleetReader>().AddSingleton<JobDetailReader>().AddSingleton<TraceReader>().AddSingleton<DashboardFeed>()
        .AddHostedService<ProgressService>();
}
