using LightlyCluster.Coordinator.Dashboard;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>Lets the progress of jobs be read twice a second.</summary>
internal sealed class ProgressService(ProgressBook progress, JobCatalog catalog, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await progress.ReadAsync();
                await catalog.RefreshAsync();
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                // The leader says so; the next reading goes on where this one ended.
            }
        }
    }
}
