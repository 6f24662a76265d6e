using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Lets the leader look, at least every 50 ms and at once when something urgent happened.</summary>
internal sealed partial class JobSupervisor(
    FleetLeader leader,
    Leadership leadership,
    WorkerDirectory directory,
    CoordinatorOptions options,
    IServer server,
    IHostApplicationLifetime lifetime,
    StoreInstruments instruments,
    TimeProvider clock,
    ILogger<JobSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(5);

    private bool _isAway;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await leadership.ReleaseAsync();
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            // The leadership ends by itself.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ServerStartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await leader.TickAsync();
                _isAway = false;
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                instruments.Failed(error is StoreFullException);
                LogStoreAway(error.Message);
                await Task.Delay(Interval, clock, stoppingToken);
            }

            await Task.Delay(ShortestInterval, clock, stoppingToken);
            await directory.WaitAsync(leader.LongestWait(Interval), stoppingToken);
        }
    }

    /// <summary>The address that other coordinators and workers are told is known when the server listens.</summary>
    private async Task ServerStartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
        if (options.Advertise.Length == 0)
        {
            var address = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
            options.Advertise = address.Host is "0.0.0.0" or "[::]"
                ? $"{address.Scheme}://{Environment.MachineName}:{address.Port}"
                : address.GetLeftPart(UriPartial.Authority);
        }
    }

    private void LogStoreAway(string error)
    {
        if (!_isAway)
        {
            _isAway = true;
            LogStoreUnavailable(error);
        }
    }

    [LoggerMessage(1102, LogLevel.Warning, "The META store does not answer ({Error}). Running steps wait; nothing is lost.")]
    private partial void LogStoreUnavailable(string error);
}
