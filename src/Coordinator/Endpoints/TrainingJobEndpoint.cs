using Grpc.Core;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>Speaks with clients about jobs.</summary>
internal sealed class TrainingJobEndpoint(
    IJobStore store, JobReader reader, JobAdmission admission, WorkerDirectory directory, TimeProvider clock, IHostApplicationLifetime lifetime)
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
        await RequireAsync(request.Id);
        var message = request.Reason.Length > 0 ? request.Reason : "Cancelled by a client.";
        await store.ChangeStateAsync(
            request.Id, new(JobState.Cancelled, Now, "Cancelled", message), [JobState.Queued, JobState.Running, JobState.Paused]);
        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<TrainingJob> PauseTrainingJob(PauseTrainingJobRequest request, ServerCallContext context)
    {
        var job = await RequireAsync(request.Id);
        if (job.HasEnded)
        {
            throw RpcErrors.WrongState(request.Id, job.State, "only a job that has not ended can be paused");
        }

        if (!await store.ChangeStateAsync(request.Id, new(JobState.Paused, Now, "Paused", "Paused by a client."), [JobState.Queued]))
        {
            await store.SetFieldsAsync(request.Id, null, "", ("pauseRequested", "1"));
        }

        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<TrainingJob> ResumeTrainingJob(ResumeTrainingJobRequest request, ServerCallContext context)
    {
        var job = await RequireAsync(request.Id);
        if (job.HasEnded)
        {
            throw RpcErrors.WrongState(request.Id, job.State, "only a paused job can be resumed");
        }

        await store.ChangeStateAsync(request.Id, new(JobState.Queued, Now), [JobState.Paused], ("pauseRequested", "0"));
        return await GetTrainingJob(new() { Id = request.Id }, context);
    }

    /// <inheritdoc/>
    public override async Task<DeleteTrainingJobResponse> DeleteTrainingJob(DeleteTrainingJobRequest request, ServerCallContext context)
    {
        var job = await RequireAsync(request.Id);
        if (!job.HasEnded && job.State != JobState.Paused)
        {
            throw RpcErrors.WrongState(request.Id, job.State, "cancel it first, then delete it");
        }

        await store.CleanUpAsync(request.Id, job.Step);
        await store.DeleteAsync(request.Id);
        return new();
    }

    /// <inheritdoc/>
    public override async Task WatchTrainingJob(
        WatchTrainingJobRequest request, IServerStreamWriter<WatchTrainingJobResponse> responseStream, ServerCallContext context)
    {
        await RequireAsync(request.Id);
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
    public override async Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context)
    {
        var views = await directory.ViewAsync([]);
        var response = new ListWorkersResponse();
        foreach (var view in views.Where(view => view.ClosedFor is null).OrderBy(view => view.Id, StringComparer.Ordinal))
        {
            if (directory.Find(view.Incarnation) is { } session)
            {
                response.Workers.Add(new WorkerInfo
                {
                    Id = view.Id,
                    Incarnation = view.Incarnation,
                    Host = session.Registration.Host,
                    ProcessId = session.Registration.ProcessId,
                    Device = session.Registration.Device,
                    NumericClass = view.NumericClass,
                    JobId = view.Job,
                    Status = view.Status.ToString(),
                    Message = session.Heartbeat.Message,
                });
            }
        }

        return response;
    }

    private async Task<JobRecord> RequireAsync(string id) => await store.ReadAsync(id) ?? throw RpcErrors.NoSuchJob(id);
}
