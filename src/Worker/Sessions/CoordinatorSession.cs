using System.Security.Cryptography;
using Grpc.Core;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Steps;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Sessions;

/// <summary>
/// Keeps this worker known to the coordinator that leads, holds its lease, and runs the job that it is given. A coordinator that is
/// away stops nothing: steps go on, and the session comes back with the same incarnation. Declared dead, the worker drops its part and
/// comes as a new incarnation.
/// </summary>
internal sealed partial class CoordinatorSession(
    WorkerOptions options,
    DeviceChoice device,
    TrainingThread training,
    WorkerState state,
    FleetContact contact,
    JobRunnerFactory factory,
    StoreInstruments instruments,
    StoreAccess access,
    TimeProvider clock,
    ILogger<CoordinatorSession> logger) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan DropTime = TimeSpan.FromSeconds(10);

    private readonly AssignedJob _job = new(factory, state);
    private readonly CoordinatorStream _stream = new(options, state, clock);
    private readonly Absence _coordinatorAbsence = new(clock);
    private readonly Absence _storeAbsence = new(clock);
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _anew = new(1, 1);
    private CancellationTokenSource _renewed = new();
    private readonly string _sessionKey = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private string _incarnation = NewIncarnation();
    private string _numericClass = "";
    private bool _isLeaving;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _job.Dispose();
        _stream.Dispose();
        _ending.Dispose();
        _anew.Dispose();
        _renewed.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _numericClass = await training.RunAsync(() => NumericClass.Measure(device.Device, options.Threads));
        CrashPoint.Reach("worker.starting");
        if (await RegisterUntilAnsweredAsync(stoppingToken) is not { } answer)
        {
            return;
        }

        await using var connections = await ConnectUntilAnsweredAsync(answer, stoppingToken);
        if (connections is null)
        {
            return;
        }

        var store = new RedisFleetStore(connections);
        var times = MembershipTimes.Default with
        {
            Lease = TimeSpan.FromMilliseconds(answer.LeaseMilliseconds),
            LeaseRenewal = TimeSpan.FromMilliseconds(answer.LeaseRenewMilliseconds),
        };
        _stream.HeartbeatInterval = times.LeaseRenewal;
        var deputy = new Deputy(store, options.Id, times, clock, logger);
        var lease = KeepLeaseAsync(store.Leases, deputy, times, _ending.Token);
        var sessions = RunSessionsAsync(store, _ending.Token);
        await Task.WhenAny(sessions, Task.Delay(Timeout.InfiniteTimeSpan, clock, stoppingToken));
        await LeaveAsync(store, deputy);
        await _ending.CancelAsync();
        await sessions;
        await _job.StopAsync();
        await lease;
    }

    private async Task RunSessionsAsync(IFleetStore store, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ending, _renewed.Token);
            try
            {
                var incarnation = _incarnation;
                await RegisterAsync(incarnation, stop.Token);
                contact.StreamIs(isOpen: true);
                await _stream.RunAsync(incarnation, _sessionKey, message => TakeAsync(message, incarnation, store), stop.Token);
            }
            catch (Exception error) when (error is RpcException or IOException or InvalidOperationException or OperationCanceledException or ConnectionSettingsException)
            {
                // Stopped, this worker leaves or comes as a new incarnation: the coordinator is not away.
                if (!stop.IsCancellationRequested)
                {
                    NoteAbsence(error);
                }
            }

            contact.StreamIs(isOpen: false);
            await Task.Delay(_coordinatorAbsence.Delay, clock, CancellationToken.None);
        }
    }

    private async Task<RegisterResponse> RegisterAsync(string incarnation, CancellationToken cancellationToken)
    {
        var answer = await _stream.RegisterAsync(RegistrationOf(incarnation), cancellationToken);
        if (_coordinatorAbsence.Ended() is { } away)
        {
            LogConnectedAgain(_stream.Address, away.TotalSeconds);
        }

        return answer;
    }

    private void NoteAbsence(Exception error)
    {
        var call = error as RpcException;
        if (_coordinatorAbsence.Failed())
        {
            LogDisconnected(_stream.Address, call?.Status.Detail ?? error.Message);
        }

        if (call is not null)
        {
            _stream.MoveOn(call);
        }
    }

    private async Task TakeAsync(SessionResponse message, string incarnation, IFleetStore store)
    {
        switch (message.MessageCase)
        {
            case SessionResponse.MessageOneofCase.Assign when !_isLeaving:
                if (await _job.StartAsync(message.Assign, store, _incarnation, _numericClass))
                {
                    LogAssigned(message.Assign.JobId);
                    CrashPoint.Reach("worker.assigned");
                }

                break;
            case SessionResponse.MessageOneofCase.Release:
                LogReleased(message.Release.JobId, message.Release.Reason);
                await _job.StopAsync(message.Release.JobId);
                break;
            case SessionResponse.MessageOneofCase.Fence:
                await ComeAnewAsync(incarnation, message.Fence.Reason);
                break;
            default:
                break;
        }
    }

    /// <summary>Drops the part of an incarnation that was declared dead, and lets the next one register.</summary>
    private async Task ComeAnewAsync(string incarnation, string reason)
    {
        await _anew.WaitAsync();
        try
        {
            // The coordinator and the log of members may both say it; what they say is about the incarnation that they knew.
            if (incarnation == _incarnation)
            {
                await DropAndRenewAsync(reason);
            }
        }
        finally
        {
            _anew.Release();
        }
    }

    private async Task DropAndRenewAsync(string reason)
    {
        LogFenced(_incarnation, reason);
        try
        {
            await _job.StopForNowAsync().WaitAsync(DropTime, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            // A thread stands in native code and cannot be ended: only a new process can take part again.
            Environment.FailFast($"Worker {options.Id} was declared dead ({reason}) and cannot drop its part within {DropTime.TotalSeconds} s. It ends; start it again.");
        }

        state.Reset();
        _incarnation = NewIncarnation();
        var renewed = Interlocked.Exchange(ref _renewed, new());
        await renewed.CancelAsync();
        renewed.Dispose();
    }

    /// <summary>Hands shards back: says so, and waits until no plan counts on this worker any more. The last one saves the state first.</summary>
    private async Task LeaveAsync(IFleetStore store, Deputy deputy)
    {
        _isLeaving = true;
        state.Leave(isStateSaved: false);
        var since = clock.GetTimestamp();
        var isSaved = false;
        while (_job.Id is { Length: > 0 } job && clock.GetElapsedTime(since) < LeaveTime)
        {
            try
            {
                if (await store.Jobs.ReadAsync(job) is not { HasEnded: false } record || !record.Plan.Contains(_incarnation))
                {
                    return;
                }

                if (record.Plan.Members.Count == 1 && !isSaved)
                {
                    await _job.PrepareToLeaveAsync();
                    isSaved = true;
                    state.Leave(isStateSaved: true);
                }

                await deputy.LookAsync(job, _incarnation, isLeaving: true);
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                LogLeaseNotRenewed(error.Message);
            }

            CrashPoint.Reach("worker.leaving");
            await Task.Delay(PollInterval, clock, CancellationToken.None);
        }
    }

    private async Task<RegisterResponse?> RegisterUntilAnsweredAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                return await RegisterAsync(_incarnation, stoppingToken);
            }
            catch (Exception error) when (error is RpcException or ConnectionSettingsException)
            {
                NoteAbsence(error);
            }

            await Task.WhenAny(Task.Delay(_coordinatorAbsence.Delay, clock, stoppingToken));
        }

        return null;
    }

    private RegisterRequest RegistrationOf(string incarnation) => new()
    {
        WorkerId = options.Id,
        Incarnation = incarnation,
        Host = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Device = device.Description,
        NumericClass = _numericClass,
        SessionKey = _sessionKey,
    };

    /// <summary>A store that is away is waited for: it may be starting together with this worker.</summary>
    private async Task<RedisConnections?> ConnectUntilAnsweredAsync(RegisterResponse answer, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                return await ConnectAsync(answer);
            }
            catch (StoreUnavailableException error)
            {
                if (_storeAbsence.Failed())
                {
                    LogStoreAway(error.Message);
                }
            }

            await Task.WhenAny(Task.Delay(_storeAbsence.Delay, clock, stoppingToken));
        }

        return null;
    }

    private Task<RedisConnections> ConnectAsync(RegisterResponse answer) => RedisConnections.ConnectAsync(
        new(
            options.Meta.Length > 0 ? options.Meta : answer.MetaEndpoint,
            options.Data.Length > 0 ? options.Data : answer.DataEndpoint,
            answer.KeyPrefix,
            access.IsSet ? access : CredentialsOf(answer)),
        options.Id);

    /// <summary>What the coordinator says about the store, where this worker was not told itself.</summary>
    private StoreAccess? CredentialsOf(RegisterResponse answer) => answer.StoreCredentials is { } given
        ? new() { User = given.User, Password = given.Password, Tls = given.Tls, Ca = access.Ca }
        : null;

    private async Task KeepLeaseAsync(ILeaseStore leases, Deputy deputy, MembershipTimes times, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(times.LeaseRenewal, clock);
        try
        {
            do
            {
                await RenewAsync(leases, deputy, times);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            await ReleaseAsync(leases);
        }
    }

    private async Task RenewAsync(ILeaseStore leases, Deputy deputy, MembershipTimes times)
    {
        try
        {
            var asked = clock.GetTimestamp();
            var incarnation = _incarnation;
            await leases.RenewAsync(incarnation, times.Lease);
            instruments.LeaseRenewed(clock.GetElapsedTime(asked));
            contact.LeaseRenewed(times.Lease);
            deputy.Answered();
            if (!_isLeaving && await deputy.LookAsync(_job.Id, incarnation, isLeaving: false))
            {
                await ComeAnewAsync(incarnation, "the log of members says so");
            }
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            instruments.Failed(error is StoreFullException);
            LogLeaseNotRenewed(error.Message);
        }
    }

    private async Task ReleaseAsync(ILeaseStore leases)
    {
        try
        {
            await leases.ReleaseAsync(_incarnation);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            // It ends by itself.
        }
    }

    private static string NewIncarnation() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    [LoggerMessage(2001, LogLevel.Warning, "There is no session with the coordinator at {Address} ({Error}). Steps go on; this worker connects again.")]
    private partial void LogDisconnected(string address, string error);

    [LoggerMessage(2007, LogLevel.Information, "The coordinator at {Address} answers again after {Seconds:0.0} s.")]
    private partial void LogConnectedAgain(string address, double seconds);

    [LoggerMessage(2002, LogLevel.Information, "This worker takes part in job {Job}.")]
    private partial void LogAssigned(string job);

    [LoggerMessage(2003, LogLevel.Information, "This worker drops job {Job}: {Reason}.")]
    private partial void LogReleased(string job, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "The store does not answer ({Error}). The lease is renewed when it does.")]
    private partial void LogLeaseNotRenewed(string error);

    [LoggerMessage(2006, LogLevel.Warning, "{Error} This worker tries again until it answers.")]
    private partial void LogStoreAway(string error);

    [LoggerMessage(2005, LogLevel.Warning, "Incarnation {Incarnation} was declared dead ({Reason}). This worker drops its part and comes anew.")]
    private partial void LogFenced(string incarnation, string reason);
}
