namespace LightlyCluster.Fleet.Access;

/// <summary>How much a tenant may ask for; 0 is no limit.</summary>
/// <param name="Jobs">Jobs that have not ended, queued ones included.</param>
/// <param name="Running">Jobs that run at the same time; further ones wait in the queue.</param>
/// <param name="Submits">Jobs submitted in one minute.</param>
/// <param name="Workers">Workers of one job.</param>
public sealed record TenantQuota(int Jobs = 0, int Running = 0, int Submits = 0, int Workers = 0)
{
    /// <summary>No limits.</summary>
    public static TenantQuota None { get; } = new();
}
