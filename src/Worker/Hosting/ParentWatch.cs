using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace LightlyCluster.Worker.Hosting;

/// <summary>Ends the worker of a local fleet when its launcher is gone.</summary>
internal sealed class ParentWatch(WorkerOptions options, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        while (options.Parent > 0 && await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!IsAlive(options.Parent))
            {
                lifetime.StopApplication();
                return;
            }
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
