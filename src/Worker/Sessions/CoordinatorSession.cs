using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Steps;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Sessions;

/// <summary>
/// Keeps one incarnation of this worker known to the coordinator, holds its lease, and runs the job that it is given. A coordinator
/// that is away stops nothing: steps go on, and the session comes back with the same incarnation.
/// </summary>
internal sealed partial class CoordinatorSession(
    WorkerOptions options,
    DeviceChoice device,
    TrainingThread training,
    WorkerState state,
    JobRunnerFactory factory,
    TimeProvider clock,
    ILogger<CoordinatorSession> logger) : BackgroundService
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(100);

    private readonly string _incarnation = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private RunningJob? _job;
    private bool _isLeaving;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var numericClass = await training.RunAsync(() => NumericClass.Measure(device.Device, options.Threads));
        using var channel = GrpcChannel.ForAddress(options.Coordinator);
        var client = new WorkerService.WorkerServiceClient(channel);
        var registration = new RegisterRequest
        {
            WorkerId = options.Id,
            Incarnation = _incarnation,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            Device = device.Description,
            NumericClass = numericClass,
        };
        var answer = await RegisterUntilAnsweredAsync(client, registration, stoppingToken);
        if (answer is null)
        {
            return;
        }

        await using var connections = await ConnectAsync(answer);
        var store = new RedisFleetStore(connections);
        using var leaseStop = new CancellationTokenSource();
        var lease = KeepLeaseAsync(store.Leases, answer, leaseStop.Token);
        await RunSessionsAsync(client, registration, store, stoppingToken);
        await leaseStop.CancelAsync();
        await lease;
    }

    private async Task RunSessionsAsync(
        WorkerService.WorkerServiceClient client, RegisterRequest registration, IFleetStore store, CancellationToken stoppingToken)
    {
        while (!_isLeaving)
        {
            try
            {
                await RunSessionAsync(client, store, registration.NumericClass, stoppingToken);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.FailedPrecondition)
            {
                await RegisterUntilAnsweredAsync(client, registration, stoppingToken);
            }
            catch (Exception error) when (error is RpcException or IOException or InvalidOperationException)
            {
                LogDisconnected(options.Coordinator, error is RpcException rpc ? rpc.Status.Detail : error.Message);
            }

            if (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            await Task.Delay(ReconnectDelay, clock, CancellationToken.None);
        }

        await StopJobAsync();
    }

    private async Task RunSessionAsync(
        WorkerService.WorkerServiceClient client, IFleetStore store, string numericClass, CancellationToken stoppingToken)
    {
        using var session = client.Session(cancellationToken: CancellationToken.None);
        await session.RequestStream.WriteAsync(new() { Hello = new() { Incarnation = _incarnation } }, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(session.RequestStream, store, stoppingToken, stop.Token);
        try
        {
            while (await session.ResponseStream.MoveNext(CancellationToken.None))
            {
                await TakeAsync(session.ResponseStream.Current, store, numericClass);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sending;
        }
    }

    private async Task SendAsync(
        IClientStreamWriter<SessionRequest> stream, IFleetStore store, CancellationToken stoppingToken, CancellationToken cancellationToken)
    {
        var sentVersion = -1L;
        var sentAt = 0L;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                while (state.NextLine() is { } line)
                {
                    await stream.WriteAsync(new() { Log = line }, cancellationToken);
                }

                if (sentVersion != state.Version || clock.GetElapsedTime(sentAt) >= HeartbeatInterval)
                {
                    (sentVersion, sentAt) = (state.Version, clock.GetTimestamp());
                    await stream.WriteAsync(new() { Heartbeat = state.Heartbeat() }, cancellationToken);
                }

                if (stoppingToken.IsCancellationRequested && !_isLeaving)
                {
                    await LeaveAsync(stream, store, cancellationToken);
                    return;
                }

                await Task.Delay(PollInterval, clock, cancellationToken);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException or InvalidOperationException)
        {
            // The stream has ended; the session comes again.
        }
    }

    /// <summary>Hands shards back: says so, waits until no plan counts on this worker any more, and closes the stream.</summary>
    private async Task LeaveAsync(IClientStreamWriter<SessionRequest> stream, IFleetStore store, CancellationToken cancellationToken)
    {
        _isLeaving = true;
        if (_job is { } job)
        {
            await job.Runner.PrepareToLeaveAsync();
        }

        await stream.WriteAsync(new() { Leave = new() { Reason = "The worker was asked to end." } }, cancellationToken);
        var since = clock.GetTimestamp();
        while (_job is { } left && clock.GetElapsedTime(since) < TimeSpan.FromSeconds(3))
        {
            if (await store.Jobs.ReadAsync(left.Id) is not { } record || !record.Plan.Members.Contains(_incarnation))
            {
                break;
            }

            await Task.Delay(PollInterval, clock, cancellationToken);
        }

        await stream.CompleteAsync();
    }

    private async Task TakeAsync(SessionResponse message, IFleetStore store, string numericClass)
    {
        switch (message.MessageCase)
        {
            case SessionResponse.MessageOneofCase.Assign when _job?.Id != message.Assign.JobId:
                await StopJobAsync();
                LogAssigned(message.Assign.JobId);
                var stop = new CancellationTokenSource();
                var runner = factory.Create(message.Assign, store, _incarnation, numericClass);
                _job = new(message.Assign.JobId, runner, runner.RunAsync(stop.Token), stop);
                break;
            case SessionResponse.MessageOneofCase.Release when _job?.Id == message.Release.JobId:
                LogReleased(message.Release.JobId, message.Release.Reason);
                await StopJobAsync();
                break;
            default:
                break;
        }
    }

    private async Task StopJobAsync()
    {
        if (_job is { } job)
        {
            _job = null;
            await job.Stop.CancelAsync();
            await job.Work;
            job.Stop.Dispose();
            state.Set("", WorkerStatus.Idle, -1);
        }
    }

    private async Task<RegisterResponse?> RegisterUntilAnsweredAsync(
        WorkerService.WorkerServiceClient client, RegisterRequest registration, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                return await client.RegisterAsync(registration, deadline: clock.GetUtcNow().UtcDateTime.AddSeconds(5), cancellationToken: stoppingToken);
            }
            catch (RpcException error)
            {
                LogDisconnected(options.Coordinator, error.Status.Detail);
            }

            try
            {
                await Task.Delay(ReconnectDelay, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return null;
    }

    private Task<RedisConnections> ConnectAsync(RegisterResponse answer) => RedisConnections.ConnectAsync(
        new(
            options.Meta.Length > 0 ? options.Meta : answer.MetaEndpoint,
            options.Data.Length > 0 ? options.Data : answer.DataEndpoint,
            answer.KeyPrefix),
        options.Id);

    private async Task KeepLeaseAsync(ILeaseStore leases, RegisterResponse answer, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(answer.LeaseRenewMilliseconds), clock);
        var life = TimeSpan.FromMilliseconds(answer.LeaseMilliseconds);
        try
        {
            do
            {
                await RenewAsync(leases, life);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            await leases.ReleaseAsync(_incarnation);
        }
    }

    private async Task RenewAsync(ILeaseStore leases, TimeSpan life)
    {
        try
        {
            await leases.RenewAsync(_incarnation, life);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            LogLeaseNotRenewed(error.Message);
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "The coordinator at {Address} is away ({Error}). Steps go on; this worker connects again.")]
    private partial void LogDisconnected(string address, string error);

    [LoggerMessage(2002, LogLevel.Information, "This worker takes part in job {Job}.")]
    private partial void LogAssigned(string job);

    [LoggerMessage(2003, LogLevel.Information, "This worker drops job {Job}: {Reason}.")]
    private partial void LogReleased(string job, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "The lease was not renewed ({Error}).")]
    private partial void LogLeaseNotRenewed(string error);

    private sealed record RunningJob(string Id, IJobRunner Runner, Task Work, CancellationTokenSource Stop);
}
