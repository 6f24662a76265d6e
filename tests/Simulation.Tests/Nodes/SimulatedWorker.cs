using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Time;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>One worker process: the real protocol code and deputy; a simulated session that follows CoordinatorSession.</summary>
internal sealed class SimulatedWorker : IComputationFactory
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private readonly SimulatedFleet _fleet;
    private readonly FaultyStore _store;
    private readonly WorkerState _state = new();
    private readonly Random _random;
    private readonly ComputationShelf _shelf;
    private readonly Deputy _deputy;
    private readonly int _process;
    private SimulatedCoordinator? _coordinator;
    private bool _isConnected;
    private bool _isComingAnew;
    private long _connectedAt;
    private (string Id, JobRunner Runner, Task Work, CancellationTokenSource Stop)? _job;
    private int _lives;
    private long _sentVersion = -1;
    private long _sentAt;
    private bool _isLeaving;

    public SimulatedWorker(SimulatedFleet fleet, string id, int process, TimeSpan shardTime)
    {
        _fleet = fleet;
        _process = process;
        Id = id;
        ShardTime = shardTime;
        Context = fleet.NewContext($"{id}x{process}");
        _random = new(Context.Number * 7919);
        _shelf = new(this, fleet.Clock);
        _store = new(fleet.Store, fleet.Network, fleet.Clock);
        _deputy = new(_store, id, fleet.Times, fleet.Clock, NullLogger.Instance);
        Context.Start(RunAsync);
    }

    public string Id { get; }

    public string Incarnation => $"{Id}x{_process}x{_lives}";

    public TimeSpan ShardTime { get; }

    public NodeContext Context { get; }

    public bool HasLeft { get; private set; }

    public bool IsLeaving { get; private set; }

    public void Leave()
    {
        IsLeaving = true;
        Context.Do(() => _isLeaving = true);
    }

    public bool IsAt(SimulatedCoordinator coordinator, string incarnation) => _coordinator == coordinator && incarnation == Incarnation;

    public void Connected(SimulatedCoordinator coordinator, string incarnation) => Context.Do(() =>
    {
        if (IsAt(coordinator, incarnation))
        {
            _isConnected = true;
            _sentVersion = -1;
        }
    });

    public void Disconnected(SimulatedCoordinator coordinator) => Context.Do(() =>
    {
        if (_coordinator == coordinator)
        {
            (_coordinator, _isConnected) = (null, false);
        }
    });

    public void Take(SimulatedCoordinator from, string incarnation, SessionResponse message) =>
        Context.Start(() => IsAt(from, incarnation) ? TakeAsync(message) : Task.CompletedTask);

    public async Task<IJobComputation> PrepareAsync(JobTicket ticket, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(5, 300)), _fleet.Clock, cancellationToken);
        return new SimulatedComputation(
            _fleet.Job, _fleet.Job.ShapeOf(ticket.Specification), _fleet.Disk, _fleet.Checks, ticket.Incarnation,
            () => ShardTime * (0.5 + _random.NextDouble()), _fleet.Clock);
    }

    private async Task RunAsync()
    {
        Context.Start(KeepLeaseAsync);
        while (!HasLeft)
        {
            KeepConnected();
            SendMessages();
            if (_isLeaving)
            {
                await LeaveAsync();
                return;
            }

            await Task.Delay(Poll, _fleet.Clock);
        }
    }

    private void KeepConnected()
    {
        var isSilent = _coordinator is { Context.IsFrozen: true } || !_isConnected;
        if (_coordinator is not null && isSilent && _fleet.Clock.GetElapsedTime(_connectedAt) > ConnectTimeout)
        {
            (_coordinator, _isConnected) = (null, false);
        }

        if (_coordinator is null && _fleet.FindCoordinator() is { } coordinator)
        {
            (_coordinator, _isConnected, _connectedAt) = (coordinator, false, _fleet.Clock.GetTimestamp());
            coordinator.Connect(this, Incarnation);
        }
        else if (!isSilent)
        {
            _connectedAt = _fleet.Clock.GetTimestamp();
        }
    }

    private void SendMessages()
    {
        if (!_isConnected || _coordinator is not { } coordinator)
        {
            return;
        }

        while (_state.NextMessage() is { } message)
        {
            Send(coordinator, message);
        }

        if (_sentVersion != _state.Version || _fleet.Clock.GetElapsedTime(_sentAt) >= _fleet.Times.LeaseRenewal)
        {
            var isNews = _sentVersion != _state.Version;
            (_sentVersion, _sentAt) = (_state.Version, _fleet.Clock.GetTimestamp());
            var heartbeat = _state.Heartbeat();
            if (heartbeat.Status == nameof(WorkerStatus.Failed))
            {
                _fleet.Checks.Fail($"a worker never fails, but {Incarnation}: {heartbeat.Message}");
            }

            if (isNews)
            {
                _fleet.Checks.Note($"{Incarnation} reports {heartbeat.Status} {heartbeat.Step} {heartbeat.Message}");
            }

            Send(coordinator, new() { Heartbeat = heartbeat });
        }
    }

    private void Send(SimulatedCoordinator coordinator, SessionRequest message)
    {
        var incarnation = Incarnation;
        coordinator.Receive(this, incarnation, message);
    }

    private async Task KeepLeaseAsync()
    {
        while (!HasLeft)
        {
            try
            {
                await _store.Leases.RenewAsync(Incarnation, _fleet.Times.Lease);
                _deputy.Answered();
                var incarnation = Incarnation;
                if (!_isLeaving && await _deputy.LookAsync(_job?.Id ?? "", incarnation, isLeaving: false))
                {
                    await ComeAnewAsync(incarnation, "the log of members says so");
                }
            }
            catch (StoreAwayException)
            {
                // Renewed the next time.
            }

            await Task.Delay(_fleet.Times.LeaseRenewal, _fleet.Clock);
        }
    }

    private async Task LeaveAsync()
    {
        _state.Leave(isStateSaved: false);
        var since = _fleet.Clock.GetTimestamp();
        var isSaved = false;
        while (_job is { } job && _fleet.Clock.GetElapsedTime(since) < LeaveTime)
        {
            KeepConnected();
            SendMessages();
            try
            {
                if (await _store.Jobs.ReadAsync(job.Id) is not { HasEnded: false } record || !record.Plan.Contains(Incarnation))
                {
                    break;
                }

                if (record.Plan.Members.Count == 1 && !isSaved)
                {
                    await job.Runner.PrepareToLeaveAsync();
                    isSaved = true;
                    _state.Leave(isStateSaved: true);
                }

                await _deputy.LookAsync(job.Id, Incarnation, isLeaving: true);
            }
            catch (StoreAwayException)
            {
                // It goes on trying for as long as it may.
            }

            await Task.Delay(Poll, _fleet.Clock);
        }

        HasLeft = true;
        await StopJobAsync();
        _fleet.Checks.Note($"{Incarnation} has left");
        _coordinator?.Disconnect(this, Incarnation);
        Context.Kill();
    }

    private async Task TakeAsync(SessionResponse message)
    {
        switch (message.MessageCase)
        {
            case SessionResponse.MessageOneofCase.Assign when !_isLeaving && (_job?.Id != message.Assign.JobId || _job.Value.Work.IsCompleted):
                await StopJobAsync();
                _fleet.Checks.Note($"{Incarnation} is given the job");
                var stop = new CancellationTokenSource();
                var runner = new JobRunner(
                    new(message.Assign.JobId, JobSpecificationMapping.FromWire(message.Assign.Spec), Id, Incarnation, "class", 0),
                    _shelf, _state, new(new(_fleet.Meters), _state, new(), _fleet.Clock), _fleet.Transports, _store, _fleet.Clock, NullLogger<JobRunner>.Instance);
                _job = (message.Assign.JobId, runner, runner.RunAsync(stop.Token), stop);
                break;
            case SessionResponse.MessageOneofCase.Release when _job?.Id == message.Release.JobId:
                _fleet.Checks.Note($"{Incarnation} is released: {message.Release.Reason}");
                await StopJobAsync();
                break;
            case SessionResponse.MessageOneofCase.Fence:
                await ComeAnewAsync(Incarnation, message.Fence.Reason);
                break;
        }
    }

    /// <summary>Drops the part of an incarnation that was declared dead, once, whoever says it; as <c>CoordinatorSession</c> does.</summary>
    private async Task ComeAnewAsync(string incarnation, string reason)
    {
        if (incarnation != Incarnation || _isComingAnew)
        {
            return;
        }

        _isComingAnew = true;
        _fleet.Checks.Note($"{Incarnation} is fenced: {reason}");
        _job?.Runner.KeepState();
        await StopJobAsync();
        _state.Reset();
        _coordinator?.Disconnect(this, Incarnation);
        (_coordinator, _isConnected) = (null, false);
        _lives++;
        _isComingAnew = false;
    }

    private async Task StopJobAsync()
    {
        if (_job is { } job)
        {
            _job = null;
            job.Stop.Cancel();
            await job.Work;
            _state.Set("", WorkerStatus.Idle, -1);
        }
    }
}
