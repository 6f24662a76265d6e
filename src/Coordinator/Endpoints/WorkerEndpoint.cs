using System.Threading.Channels;
using Grpc.Core;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Coordinator.Telemetry;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>Speaks with workers: registration, and one stream for the life of each.</summary>
internal sealed partial class WorkerEndpoint(
    WorkerDirectory directory,
    Leadership leadership,
    IJobStore jobs,
    MembershipTimes times,
    SecurityOptions security,
    RedisConnections connections,
    TraceBook traces,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<WorkerEndpoint> logger) : WorkerService.WorkerServiceBase
{
    /// <inheritdoc/>
    public override Task<RegisterResponse> Register(RegisterRequest request, ServerCallContext context)
    {
        if (!RequestLimits.IsWorkerName(request.WorkerId) || !RequestLimits.IsWorkerName(request.Incarnation) || request.NumericClass.Length is 0 or > 256)
        {
            throw RpcErrors.Invalid("worker_id", "A registration needs worker_id and incarnation (1 to 128 of letters, digits, '.', '_' and '-') and numeric_class.");
        }

        if (security.AsksWho && request.SessionKey.Length is < 32 or > 128)
        {
            throw RpcErrors.Invalid("session_key", "A registration needs a session_key of 32 to 128 random characters.");
        }

        if (leadership.Term is null)
        {
            throw RpcErrors.NotLeader(leadership.LeaderAddress);
        }

        if (directory.Find(request.Incarnation) is { } known && !known.HasKey(request.SessionKey))
        {
            throw RpcErrors.IncarnationTaken();
        }

        if (!directory.Register(request))
        {
            throw RpcErrors.Precondition("TooManyWorkers", "This coordinator has as many workers as it takes (20000).");
        }

        // Where nobody is asked who they are, nobody beyond this machine is told a password.
        var mayKnow = security.AsksWho || !security.Insecure;
        var endpoints = connections.Endpoints;
        var given = directory.Count > MembershipTimes.ManyWorkers ? times.ForMany() : times;
        LogRegistered(request.WorkerId, request.Incarnation, request.ProcessId, request.NumericClass);
        return Task.FromResult(new RegisterResponse
        {
            MetaEndpoint = mayKnow ? endpoints.Meta : endpoints.WithoutSecrets().Meta,
            DataEndpoint = mayKnow ? endpoints.Data : endpoints.WithoutSecrets().Data,
            StoreCredentials = mayKnow ? CredentialsOf(endpoints.Access) : null,
            KeyPrefix = endpoints.KeyPrefix,
            LeaseMilliseconds = (int)given.Lease.TotalMilliseconds,
            LeaseRenewMilliseconds = (int)given.LeaseRenewal.TotalMilliseconds,
        });
    }

    /// <inheritdoc/>
    public override async Task Session(
        IAsyncStreamReader<SessionRequest> requestStream, IServerStreamWriter<SessionResponse> responseStream, ServerCallContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        if (leadership.Term is null)
        {
            throw RpcErrors.NotLeader(leadership.LeaderAddress);
        }

        if (!await requestStream.MoveNext(stop.Token) || requestStream.Current.Hello is not { } hello
            || directory.Find(hello.Incarnation) is not { } session)
        {
            throw RpcErrors.Precondition("NotRegistered", "The incarnation is not registered with this coordinator. Register anew.");
        }

        if (!session.HasKey(hello.SessionKey))
        {
            throw RpcErrors.IncarnationTaken();
        }

        var outbox = session.Open();
        try
        {
            var sending = SendAsync(outbox, responseStream, stop.Token);
            var receiving = ReceiveAsync(session, requestStream, stop.Token);
            await Task.WhenAny(sending, receiving);
            await stop.CancelAsync();
            await Task.WhenAll(sending, receiving);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The other side is gone, or this coordinator stops; membership decides what that means.
        }
        finally
        {
            session.Close(outbox);
            LogClosed(session.Registration.WorkerId, session.Registration.Incarnation);
        }

        if (leadership.Term is null && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw RpcErrors.NotLeader(leadership.LeaderAddress);
        }
    }

    private static StoreCredentials? CredentialsOf(StoreAccess? access) =>
        access is { IsSet: true } ? new() { User = access.User, Password = access.ReadPassword(), Tls = access.Tls } : null;

    private static async Task SendAsync(
        ChannelReader<SessionResponse> outbox, IServerStreamWriter<SessionResponse> responseStream, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in outbox.ReadAllAsync(cancellationToken))
            {
                await responseStream.WriteAsync(message, cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The stream has ended.
        }
    }

    private async Task ReceiveAsync(WorkerSession session, IAsyncStreamReader<SessionRequest> requestStream, CancellationToken cancellationToken)
    {
        while (await requestStream.MoveNext(cancellationToken))
        {
            if (requestStream.Current.Trace is { } trace)
            {
                traces.Take(session.Registration.WorkerId, trace);
            }
            else if (session.Take(requestStream.Current) is { } line)
            {
                await KeepLineAsync(session.Registration.WorkerId, line);
            }
        }
    }

    private async Task KeepLineAsync(string worker, WorkerLog line)
    {
        try
        {
            await jobs.AppendLineAsync(line.JobId, LineRecord.Write(clock.GetUtcNow(), worker, line.Level is "warning" or "error" ? line.Level : "information", line.Text));
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            // A line for people is not worth the stream, whose end would be a suspicion of death.
            LogLineLost(worker, line.Text);
        }
    }

    [LoggerMessage(1003, LogLevel.Warning, "A line of worker {Worker} could not be kept: {Text}")]
    private partial void LogLineLost(string worker, string text);

    [LoggerMessage(1001, LogLevel.Information, "Worker {Worker} registered as {Incarnation} (process {ProcessId}, class {NumericClass}).")]
    private partial void LogRegistered(string worker, string incarnation, int processId, string numericClass);

    [LoggerMessage(1002, LogLevel.Information, "The stream of worker {Worker} ({Incarnation}) closed.")]
    private partial void LogClosed(string worker, string incarnation);
}
