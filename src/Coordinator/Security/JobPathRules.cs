using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Where jobs of a tenant may read and write.</summary>
internal sealed class JobPathRules(SecurityOptions security, CoordinatorOptions options)
{
    private readonly string[] _dataRoots = security.DataRoots.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The folder that gets the results of a tenant's jobs.</summary>
    public string ResultsOf(string tenant) => Path.GetFullPath(security.AsksWho ? Path.Combine(options.Results, tenant) : options.Results);

    /// <summary>What holds for a tenant's jobs.</summary>
    public PathPolicy PolicyOf(string tenant) => security.AsksWho || _dataRoots.Length > 0
        ? new(IsEnforced: true, _dataRoots, [ResultsOf(tenant)])
        : PathPolicy.Free;

    /// <summary>A guard for a tenant's jobs on this file system.</summary>
    public PathGuard GuardOf(string tenant) => new(PolicyOf(tenant), SymbolicLinks.Read);

    /// <summary>The rules as workers get them; null where everything is allowed.</summary>
    public PathRules? ToWire(string tenant) => PolicyOf(tenant) is { IsEnforced: true } policy
        ? new() { ReadRoots = { policy.ReadRoots }, WriteRoots = { policy.WriteRoots } }
        : null;
}
