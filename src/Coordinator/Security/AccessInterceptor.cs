using Grpc.Core;
using Grpc.Core.Interceptors;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Stands before every gRPC call: who calls must have the method's role, streams need a place, and the audit log gets a line.</summary>
internal sealed class AccessInterceptor(StreamLimits limits, AuditLog audit, SecurityOptions options, TimeProvider clock) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await CallAsync(
            context,
            async () => response = await continuation(request, context),
            () => response is TrainingJob { Id.Length: > 0 } job ? job.Id : JobOf(request));
        return response!;
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        CallAsync(context, () => InPlaceAsync(context, () => continuation(request, responseStream, context)), () => JobOf(request));

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        CallAsync(context, () => InPlaceAsync(context, () => continuation(requestStream, responseStream, context)), () => "");

    private static string JobOf(object request) => request switch
    {
        CreateTrainingJobRequest create => create.JobId,
        GetTrainingJobRequest get => get.Id,
        CancelTrainingJobRequest cancel => cancel.Id,
        PauseTrainingJobRequest pause => pause.Id,
        ResumeTrainingJobRequest resume => resume.Id,
        DeleteTrainingJobRequest delete => delete.Id,
        WatchTrainingJobRequest watch => watch.Id,
        StreamMetricsRequest metrics => metrics.Id,
        StreamLogsRequest logs => logs.Id,
        DownloadArtifactsRequest download => download.Id,
        _ => "",
    };

    private static Caller Require(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        if (http.Features.Get<Caller>() is not { } caller)
        {
            throw RpcErrors.NobodyKnown(http.Items[typeof(AccessRefusal)] is AccessRefusal refusal ? refusal : AccessRefusal.TokenMissing);
        }

        return MethodAccess.RoleOf(context.Method) is { } role && caller.Has(role)
            ? caller
            : throw RpcErrors.NotAllowed(caller.Role, MethodAccess.RoleOf(context.Method));
    }

    private async Task CallAsync(ServerCallContext context, Func<Task> call, Func<string> job)
    {
        if (MethodAccess.IsPublic(context.Method))
        {
            await call();
            return;
        }

        var began = clock.GetTimestamp();
        var outcome = StatusCode.OK;
        try
        {
            Require(context);
            await call();
        }
        catch (RpcException error)
        {
            outcome = error.StatusCode;
            throw;
        }
        catch (Exception error)
        {
            outcome = error is OperationCanceledException ? StatusCode.Cancelled : StatusCode.Unknown;
            throw;
        }
        finally
        {
            Note(context, outcome, job(), began);
        }
    }

    private async Task InPlaceAsync(ServerCallContext context, Func<Task> call)
    {
        var caller = context.RequireCaller();
        if (caller.Role == Role.Worker)
        {
            // Sessions of workers have a limit of their own, in the directory of workers.
            await call();
            return;
        }

        using var place = limits.TryEnter(caller.Tenant) ?? throw RpcErrors.TooManyStreams(options.TenantStreamsMaximum);
        await call();
    }

    private void Note(ServerCallContext context, StatusCode outcome, string job, long began)
    {
        var isRefused = outcome is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.ResourceExhausted;
        if (!options.AsksWho || (!isRefused && !MethodAccess.IsAudited(context.Method)))
        {
            return;
        }

        var caller = context.GetHttpContext().Features.Get<Caller>();
        audit.Add(new(
            clock.GetUtcNow(),
            caller?.Tenant ?? "",
            caller?.Role.ToString().ToLowerInvariant() ?? "",
            context.Peer,
            context.Method[(context.Method.LastIndexOf('/') + 1)..],
            job.Length > 128 ? job[..128] : job,
            outcome.ToString(),
            (long)clock.GetElapsedTime(began).TotalMilliseconds));
    }
}
