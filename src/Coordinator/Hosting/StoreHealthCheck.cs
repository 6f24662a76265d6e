using LightlyCluster.Fleet.Redis;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Ready means that the META store answers.</summary>
internal sealed class StoreHealthCheck(LeaseStore leases) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await leases.HasLeaderAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The META store does not answer.", error);
        }
    }
}
