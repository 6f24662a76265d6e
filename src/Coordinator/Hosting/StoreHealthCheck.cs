using Microsoft.Extensions.Diagnostics.HealthChecks;

using LightlyCluster.Fleet.Stores;
namespace LightlyCluster.Coordinator.Hosting;

/// <summary>Ready means that the META store answers.</summary>
internal sealed class StoreHealthCheck(ILeaseStore leases) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await leases.ReadLeaderAsync();
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            return HealthCheckResult.Unhealthy("The META store does not answer.", error);
        }
    }
}
