using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LightlyCluster.Worker.Sessions;

/// <summary>Whether this worker can take part: its stream to the coordinator is open and META has just renewed its lease.</summary>
/// <remarks>For probes of readiness. Nothing else depends on it: steps go on while the coordinator is away.</remarks>
internal sealed class FleetContact(TimeProvider clock) : IHealthCheck
{
    private volatile bool _isStreamOpen;
    private long _leaseTicks;
    private long _renewedAt;

    /// <summary>The stream to the coordinator is open, or has ended.</summary>
    public void StreamIs(bool isOpen) => _isStreamOpen = isOpen;

    /// <summary>META has renewed the lease.</summary>
    /// <param name="lease">How long it lasts.</param>
    public void LeaseRenewed(TimeSpan lease)
    {
        Volatile.Write(ref _renewedAt, clock.GetTimestamp());
        Volatile.Write(ref _leaseTicks, lease.Ticks);
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var lease = TimeSpan.FromTicks(Volatile.Read(ref _leaseTicks));
        var isLeaseFresh = lease > TimeSpan.Zero && clock.GetElapsedTime(Volatile.Read(ref _renewedAt)) < lease;
        return Task.FromResult((_isStreamOpen, isLeaseFresh) switch
        {
            (true, true) => HealthCheckResult.Healthy(),
            (false, _) => HealthCheckResult.Unhealthy("No stream to the coordinator is open."),
            _ => HealthCheckResult.Unhealthy("META has not renewed the lease."),
        });
    }
}
