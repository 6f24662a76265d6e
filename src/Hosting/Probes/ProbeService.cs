using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LightlyCluster.Hosting.Probes;

/// <summary>
/// Answers <c>liveness</c> (whoever answers lives; neither the store nor another process has a say) and <c>readiness</c> or the empty name
/// (the program's own checks, which do ask them).
/// </summary>
internal sealed class ProbeService(HealthCheckService checks) : Health.HealthBase
{
    private const string Liveness = "liveness";
    private const string Readiness = "readiness";

    /// <inheritdoc/>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => new()
    {
        Status = request.Service switch
        {
            Liveness => HealthCheckResponse.Types.ServingStatus.Serving,
            "" or Readiness => await AskAsync(context.CancellationToken),
            _ => throw new RpcException(new(StatusCode.NotFound, $"There is no probe '{request.Service}'; ask for {Liveness} or {Readiness}.")),
        },
    };

    private async Task<HealthCheckResponse.Types.ServingStatus> AskAsync(CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        return report.Status == HealthStatus.Healthy
            ? HealthCheckResponse.Types.ServingStatus.Serving
            : HealthCheckResponse.Types.ServingStatus.NotServing;
    }
}
