using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>Lists the workers that are connected. What they do for other tenants is not told.</summary>
internal sealed class WorkerListing(WorkerDirectory directory, Leadership leadership, FleetLeader leader)
{
    /// <summary>The workers as a caller may see them.</summary>
    /// <exception cref="Grpc.Core.RpcException">Another coordinator leads and knows them (FAILED_PRECONDITION).</exception>
    public ListWorkersResponse List(Caller caller)
    {
        if (leadership.Term is null)
        {
            throw RpcErrors.NotLeader(leadership.LeaderAddress);
        }

        var state = leader.State;
        var response = new ListWorkersResponse();
        foreach (var view in state.Workers.Values.Where(view => view.IsOpen).OrderBy(view => view.Id, StringComparer.Ordinal))
        {
            if (directory.Find(view.Incarnation) is not { } session)
            {
                continue;
            }

            var isKnown = state.Jobs.TryGetValue(view.Job, out var job);
            var isVisible = view.Job.Length == 0 || (isKnown && caller.Sees(job!.Record.Tenant)) || caller.Role == Role.Admin;
            var isStraggler = isKnown && job!.Stragglers.Contains(view.Incarnation);
            response.Workers.Add(new WorkerInfo
            {
                Id = view.Id,
                Incarnation = view.Incarnation,
                Host = session.Registration.Host,
                ProcessId = session.Registration.ProcessId,
                Device = session.Registration.Device,
                NumericClass = view.NumericClass,
                JobId = isVisible ? view.Job : "",
                Status = view.Phase.ToString(),
                Message = !isVisible ? "works for another tenant" : isStraggler ? $"straggler: {view.Report.ShardsPerSecond:0.##} shards/s" : view.Report.Message,
            });
        }

        return response;
    }
}
