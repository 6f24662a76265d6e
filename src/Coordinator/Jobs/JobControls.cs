using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Does what clients ask of jobs: cancel, pause, resume, delete.</summary>
internal sealed class JobControls(IJobStore store, JobReader reader, WorkerDirectory directory, TimeProvider clock)
{
    private const int ReasonMaximum = 1000;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Ends a job.</summary>
    public Task<TrainingJob> CancelAsync(CancelTrainingJobRequest request, Caller caller)
    {
        if (request.Reason.Length > ReasonMaximum)
        {
            throw RpcErrors.Invalid("reason", $"reason has {request.Reason.Length} characters; allowed are {ReasonMaximum}.");
        }

        var message = request.Reason.Length > 0 ? request.Reason : "Cancelled by a client.";
        return ActAsync(request.Id, new(ControlVerb.Cancel, request.RequestId, Now, "Cancelled", message, request.Etag), caller, "it cannot be cancelled");
    }

    /// <summary>Checkpoints and pauses a job.</summary>
    public Task<TrainingJob> PauseAsync(PauseTrainingJobRequest request, Caller caller) => ActAsync(
        request.Id, new(ControlVerb.Pause, request.RequestId, Now, Etag: request.Etag), caller, "only a job that has not ended can be paused");

    /// <summary>Lets a paused job run again.</summary>
    public Task<TrainingJob> ResumeAsync(ResumeTrainingJobRequest request, Caller caller) => ActAsync(
        request.Id, new(ControlVerb.Resume, request.RequestId, Now, Etag: request.Etag), caller, "only a paused job can be resumed");

    /// <summary>Removes the record of a job that has ended or is paused.</summary>
    public async Task<DeleteTrainingJobResponse> DeleteAsync(DeleteTrainingJobRequest request, Caller caller)
    {
        if (await store.ReadAsync(request.Id) is { } job && caller.Sees(job.Tenant) && (job.HasEnded || job.State == JobState.Paused)
            && (request.Etag.Length == 0 || request.Etag == job.Etag))
        {
            await store.CleanUpAsync(request.Id, job.Step);
        }

        await ControlAsync(request.Id, new(ControlVerb.Delete, request.RequestId, Now, Etag: request.Etag), caller, "cancel it first, then delete it");
        return new();
    }

    private async Task<TrainingJob> ActAsync(string id, JobControl control, Caller caller, string wanted)
    {
        await ControlAsync(id, control, caller, wanted);
        return await reader.ReadAsync(id) ?? throw RpcErrors.NoSuchJob(id);
    }

    private async Task ControlAsync(string id, JobControl control, Caller caller, string wanted)
    {
        if (control.RequestId.Length > RequestLimits.RequestIdMaximum)
        {
            throw RpcErrors.Invalid("request_id", $"request_id has {control.RequestId.Length} characters; allowed are {RequestLimits.RequestIdMaximum}.");
        }

        var scoped = control with { Tenant = caller.Scope, RequestId = RequestLimits.ScopedId(caller.Tenant, control.RequestId) };
        switch (await store.ControlAsync(id, scoped))
        {
            case ControlOutcome.Missing:
                throw RpcErrors.NoSuchJob(id);
            case ControlOutcome.WrongState:
                throw RpcErrors.WrongState(id, (await store.ReadAsync(id) ?? throw RpcErrors.NoSuchJob(id)).State, wanted);
            case ControlOutcome.Changed:
                throw RpcErrors.Changed(id);
            default:
                directory.Wake();
                break;
        }
    }
}
