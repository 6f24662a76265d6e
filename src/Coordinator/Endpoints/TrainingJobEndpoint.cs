using Grpc.Core;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Jobs.Streams;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>Speaks with clients about jobs. Whoever calls sees the own tenant's jobs; those of others are not there.</summary>
internal sealed class TrainingJobEndpoint(
    IJobStore store, JobReader reader, JobAdmission admission, JobListing listing, JobControls controls, JobStreams streams, WorkerListing workers,
    JobPathRules paths, IHostApplicationLifetime lifetime)
    : TrainingJobService.TrainingJobServiceBase
{
    /// <inheritdoc/>
    public override Task<TrainingJob> CreateTrainingJob(CreateTrainingJobRequest request, ServerCallContext context) =>
        admission.CreateAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override async Task<TrainingJob> GetTrainingJob(GetTrainingJobRequest request, ServerCallContext context) =>
        await reader.ReadAsync(await RequireAsync(request.Id, context));

    /// <inheritdoc/>
    public override Task<ListTrainingJobsResponse> ListTrainingJobs(ListTrainingJobsRequest request, ServerCallContext context) =>
        listing.ListAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override Task<TrainingJob> CancelTrainingJob(CancelTrainingJobRequest request, ServerCallContext context) =>
        controls.CancelAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override Task<TrainingJob> PauseTrainingJob(PauseTrainingJobRequest request, ServerCallContext context) =>
        controls.PauseAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override Task<TrainingJob> ResumeTrainingJob(ResumeTrainingJobRequest request, ServerCallContext context) =>
        controls.ResumeAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override Task<DeleteTrainingJobResponse> DeleteTrainingJob(DeleteTrainingJobRequest request, ServerCallContext context) =>
        controls.DeleteAsync(request, context.RequireCaller());

    /// <inheritdoc/>
    public override async Task WatchTrainingJob(
        WatchTrainingJobRequest request, IServerStreamWriter<WatchTrainingJobResponse> responseStream, ServerCallContext context)
    {
        var from = ResumeToken.Read(request.ResumeToken, request.FromStep);
        if (request.ResumeToken.Length > 0 || request.FromStep is > 1 and < long.MaxValue)
        {
            // Who has seen some of it has seen the job.
            _ = await store.ReadAsync(request.Id) ?? throw RpcErrors.JobLost(request.Id);
        }

        await RequireAsync(request.Id, context);
        await UntilStoppedAsync(context, stop => streams.WatchAsync(request, from, responseStream, stop));
    }

    /// <inheritdoc/>
    public override async Task StreamMetrics(StreamMetricsRequest request, IServerStreamWriter<StreamMetricsResponse> responseStream, ServerCallContext context)
    {
        await RequireAsync(request.Id, context);
        await UntilStoppedAsync(context, stop => streams.StreamMetricsAsync(request, responseStream, stop));
    }

    /// <inheritdoc/>
    public override async Task StreamLogs(StreamLogsRequest request, IServerStreamWriter<StreamLogsResponse> responseStream, ServerCallContext context)
    {
        await RequireAsync(request.Id, context);
        await UntilStoppedAsync(context, stop => streams.StreamLogsAsync(request, responseStream, stop));
    }

    /// <inheritdoc/>
    public override async Task DownloadArtifacts(
        DownloadArtifactsRequest request, IServerStreamWriter<DownloadArtifactsResponse> responseStream, ServerCallContext context)
    {
        var record = await RequireAsync(request.Id, context);
        var folder = JobReader.Summarize(record).OutputUri;
        if (!Directory.Exists(folder))
        {
            throw RpcErrors.Precondition("OutputNotReadable", $"The folder '{folder}' of job '{record.Id}' cannot be read where the coordinator runs.");
        }

        await ArtifactFiles.SendAsync(folder, paths.GuardOf(record.Tenant), responseStream, context.CancellationToken);
    }

    /// <inheritdoc/>
    public override Task<ListWorkersResponse> ListWorkers(ListWorkersRequest request, ServerCallContext context) =>
        Task.FromResult(workers.List(context.RequireCaller()));

    private async Task<JobRecord> RequireAsync(string id, ServerCallContext context) =>
        await store.ReadAsync(id) is { } record && context.RequireCaller().Sees(record.Tenant) ? record : throw RpcErrors.NoSuchJob(id);

    /// <summary>Ends a stream in order when the client is gone or this coordinator stops; the client comes again.</summary>
    private async Task UntilStoppedAsync(ServerCallContext context, Func<CancellationToken, Task> streamAsync)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await streamAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Not an error of anybody.
        }
    }
}
