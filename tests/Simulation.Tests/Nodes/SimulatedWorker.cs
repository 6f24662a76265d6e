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

/// <summary>One incarnation of a worker: the real protocol code, a simulated session.</summary>
internal sealed class SimulatedWorker : IComputationFactory
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    private readonly SimulatedFleet _fleet;
    private readonly FaultyStore _store;
    private readonly WorkerState _state = new();
    private readonly Random _random;
    private SimulatedCoordinator? _coordinator;
    private (string Id, JobRunner Runner, Task Work, CancellationTokenSource Stop)? _job;
    private long _sentVersion = -1;
    private long _sentAt;
    private bool _isLeaving;

    public SimulatedWorker(SimulatedFleet fleet, string id, int incarnation, TimeSpan shardTime)
    {
        _fleet = fleet;
        Id = id;
        Incarnation = $"{id}x{incarnation}";
        ShardTime = shardTime;
        Context = fleet.NewContext(Incarnation);
        _random = new(Context.Number * 7919);
        _store = new(fleet.Store, fleet.Network, fleet.Clock);
        Context.Start(RunAsync);
    }

    public string Id { get; }

    public string Incarnation { get; }

    public TimeSpan ShardTime { get; }

    public NodeContext Context { get; }

    public bool HasLeft { get; private set; }

    public void Leave() => Context.Do(() => _isLeaving = true);

    public void Disconnected(SimulatedCoordinator coordinator) => Context.Do(() =>
    {
        if (_coordinator == coordinator)
        {
            _coordinator = null;
        }
    });

    public void Take(SimulatedCoordinator from, SessionResponse message) => Context.Start(() => from == _coordinator ? TakeAsync(message) : Task.CompletedTask);

    public async Task<IJobComputation> PrepareAsync(JobTicket ticket)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(5, 300)), _fleet.Clock);
        return new SimulatedComputation(
            _fleet.Job, _fleet.Job.ShapeOf(ticket.Specification), _fleet.Disk, _fleet.Checks, Incarnation,
            () => ShardTime * (0.5 + _random.NextDouble()), _fleet.Clock);
    }

    private async Task RunAsync()
    {
        Context.Start(KeepLeaseAsync);
        while (!HasLeft)
        {
            if (_coordinator is null)
            {
                _coordinator = _fleet.FindCoordinator();
                _coordinator?.Connect(this);
                _sentVersion = -1;
            }

            SendHeartbeat();
            if (_isLeaving)
            {
                await LeaveAsync();
                return;
            }

            await Task.Delay(Poll, _fleet.Clock);
        }
    }

    private void SendHeartbeat()
    {
        if (_coordinator is { } coordinator
            && (_sentVersion != _state.Version || _fleet.Clock.GetElapsedTime(_sentAt) >= Heartbeat))
        {
            (_sentVersion, _sentAt) = (_state.Version, _fleet.Clock.GetTimestamp());
            var heartbeat = _state.Heartbeat();
            _fleet.Checks.Note($"{Incarnation} reports {heartbeat.Status} {heartbeat.Step} {heartbeat.Message}");
            coordinator.Receive(this, session => session.Take(heartbeat));
        }
    }

    private async Task KeepLeaseAsync()
    {
        while (!HasLeft)
        {
            try
            {
                await _store.Leases.RenewAsync(Incarnation, _fleet.Times.Lease);
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
        var since = _fleet.Clock.GetTimestamp();
        try
        {
            if (_job is { } job)
            {
                await job.Runner.PrepareToLeaveAsync();
            }

            _coordinator?.Receive(this, session => session.Leave());
            while (_job is { } left && _fleet.Clock.GetElapsedTime(since) < TimeSpan.FromSeconds(3)
                && await _store.Jobs.ReadAsync(left.Id) is { } record && record.Plan.Members.Contains(Incarnation))
            {
                await Task.Delay(Poll, _fleet.Clock);
            }
        }
        catch (StoreAwayException)
        {
            // It goes without saying.
        }

        HasLeft = true;
        await StopJobAsync();
        _coordinator?.Disconnect(this);
        Context.Kill();
    }

    private async Task TakeAsync(SessionResponse message)
    {
        _fleet.Checks.Note($"{Incarnation} is told {message.MessageCase} {(message.MessageCase == SessionResponse.MessageOneofCase.Release ? message.Release.Reason : "")}");
        switch (message.MessageCase)
        {
            case SessionResponse.MessageOneofCase.Assign when _job?.Id != message.Assign.JobId:
                await StopJobAsync();
                var stop = new CancellationTokenSource();
                var runner = new JobRunner(
                    new(message.Assign.JobId, JobSpecificationMapping.FromWire(message.Assign.Spec), Id, Incarnation, "class", 0),
                    this, _state, _store, _fleet.Clock, NullLogger<JobRunner>.Instance);
                _job = (message.Assign.JobId, runner, runner.RunAsync(stop.Token), stop);
                break;
            case SessionResponse.MessageOneofCase.Release when _job?.Id == message.Release.JobId:
                await StopJobAsync();
                break;
        }
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
