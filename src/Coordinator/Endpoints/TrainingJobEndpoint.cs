using Grpc.Core;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>Speaks with clients about jobs.</summary>
internal sealed class TrainingJobEndpoint(
    IJobStore store, JobReader reader, JobAdmission admission, WorkerDirectory directory, Leadership leadership, FleetLeader leader, TimeProvider clock,
    IHostApplicationLifetime lifetime)
    : TrainingJobService.TrainingJobServiceBase
{
    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public override Task<TrainingJob> CreateTrainingJob(CreateTrainingJobRequest request, ServerCallContext context) =>
        admission.CreateAsync(request);

    /// <inheritdoc/>
    public override async Task<TrainingJob> GetTrainingJob(GetTrainingJobRequest request, ServerCallContext context) =>
        await reader.ReadAsync(request.Id) ?? throw RpcErrors.NoSuchJob(request.Id);

    /// <inheritdoc/>
    public override async Task<ListTrainingJobsResponse> ListTrainingJobs(ListTrainingJobsRequest request, ServerCallContext context)
    {
        if (request.PageSize < 0 || !int.TryParse(request.PageToken.Length == 0 ? "0" : request.PageToken, out var skip) || skip < 0)
        {
            throw RpcErrors.Invalid("page_size", "page_size is below 0, or page_token is not one that this service gave.");
        }

        var size = request.PageSize == 0 ? 50 : Math.Min(1000, request.PageSize);
        var ids = await store.ListAsync(skip, size + 1);
        var response = new ListTrainingJobsResponse { NextPageToken = ids.Count > size ? $"{skip + size}" : "" };
        foreach (var id in ids.Take(size))
        {
            if (await reader.ReadAsync(id) is { } job)
            {
                response.Jobs.Add(job);
            }
        }

        return response;
    }

    /// <inheritdoc/>
    public override async Task<TrainingJob> CancelTrainingJob(CancelTrainingJobRequest request, ServerCallContext context)
    {
        var message = request.Reason.Length > 0 ? request.Reason : "Cancelled by a client.";
        await ControlAsync(request.Id, new(ControlVerb.Cancel, request.RequestId, Now, "Cancelled", message), "it cannot be cancelled");
        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<TrainingJob> PauseTrainingJob(PauseTrainingJobRequest request, ServerCallContext context)
    {
        await ControlAsync(request.Id, new(ControlVerb.Pause, request.RequestId, Now), "only a job that has not ended can be paused");
        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<TrainingJob> ResumeTrainingJob(ResumeTrainingJobRequest request, ServerCallContext context)
    {
        await ControlAsync(request.Id, new(ControlVerb.Resume, request.RequestId, Now), "only a paused job can be resumed");
        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<DeleteTrainingJobResponse> DeleteTrainingJob(DeleteTrainingJobRequest request, ServerCallContext context)
    {
        if (await store.ReadAsync(request.Id) is { } job && (job.HasEnded || job.State == JobState.Paused))
        {
            await store.CleanUpAsync(request.Id, job.Step);
        }

        await ControlAsync(request.Id, new(ControlVerb.Delete, request.RequestId, Now), "cancel it first, then delete it");
        return new();
    }

    /// <inheritdoc/>
    public override async Task WatchTrainingJob(
        WatchTrainingJobRequest request, IServerStreamWriter<WatchTrainingJobResponse> responseStream, ServerCallContext context)
    {
        if (await store.ReadAsync(request.Id) is null)
        {
            // Who has seen steps of it has seen the job.
            throw request.FromStep > 1 ? RpcErrors.JobLost(request.Id) : RpcErrors.NoSuchJob(request.Id);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await new JobWatch(request, store, reader, clock).RunAsync(responseStream, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The client is gone, or this coordinator stops: the stream ends, and the client comes again.
        }
    }

    /// <inheritdoc/>
    public override async Task DownloadArtifacts(
        DownloadArtifactsRequest request, IServerStreamWriter<DownloadArtifactsResponse> responseStream, ServerCallContext context)
    {
        var job = await reader.ReadAsync(request.Id) ?? throw RpcErrors.NoSuchJob(request.Id);
        if (!Directory.Exists(job.OutputUri))
        {
            throw RpcErrors.Precondition("OutputNotReadable", $"The folder '{job.OutputUri}' of job '{job.Id}' cannot be read where the coordinator runs.");
        }

        await ArtifactFiles.SendAsync(job.OutputUri, responseStream, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
    {
        if (leadership.Term is null)
        {
            throw RpcErrors.NotLeader(leadership.LeaderAddress);
        }

        var state = leader.State;
        var response = new ListWorkersResponse();
        foreach (var view in state.Workers.Values.Where(view => view.IsOpen).OrderBy(view => view.Id, StringComparer.Ordinal))
        {
            if (directory.Find(view.Incarnation) is { } session)
            {
                var isStraggler = state.Jobs.TryGetValue(view.Job, out var job) && job.Stragglers.Contains(view.Incarnation);
                response.Workers.Add(new WorkerInfo
                {
                    Id = view.Id,
                    Incarnation = view.Incarnation,
                    Host = session.Registration.Host,
                    ProcessId = session.Registration.ProcessId,
                    Device = session.Registration.Device,
                    NumericClass = view.NumericClass,
                    JobId = view.Job,
                    Status = view.Phase.ToString(),
                    Message = isStraggler ? $"straggler: {view.Report.ShardsPerSecond:0.##} shards/s" : view.Report.Message,
                });
            }
        }

        return Task.FromResult(response);
    }

    private async Task ControlAsync(string id, JobControl control, string wanted)
    {
        switch (await store.ControlAsync(id, control))
        {
            case ControlOutcome.Missing:
                throw RpcErrors.NoSuchJob(id);
            case ControlOutcome.WrongState:
                throw RpcErrors.WrongState(id, (await RequireAsync(id)).State, wanted);
            default:
                directory.Wake();
                break;
        }
    }

    private async Task<JobRecord> RequireAsync(string id) => await store.ReadAsync(id) ?? throw RpcErrors.NoSuchJob(id);
}
