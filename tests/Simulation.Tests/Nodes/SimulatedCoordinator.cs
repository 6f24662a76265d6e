using System.Threading.Channels;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>A coordinator process: the real supervisor, keepers and directory; simulated streams.</summary>
internal sealed class SimulatedCoordinator
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedFleet _fleet;
    private readonly WorkerDirectory _directory;
    private readonly JobSupervisor _supervisor;
    private readonly Dictionary<string, (SimulatedWorker Worker, ChannelReader<SessionResponse> Outbox)> _streams = new(StringComparer.Ordinal);

    public SimulatedCoordinator(SimulatedFleet fleet, int number)
    {
        _fleet = fleet;
        Context = fleet.NewContext($"coordinator-{number}");
        var store = new FaultyStore(fleet.Store, fleet.Network, fleet.Clock);
        _directory = new(store.Leases, fleet.Clock);
        _supervisor = new(store.Jobs, store.Leases, _directory, fleet.Times, fleet.Clock, NullLogger<JobSupervisor>.Instance);
        Context.Start(RunAsync);
    }

    public NodeContext Context { get; }

    /// <summary>kill -9: all streams close.</summary>
    public void Kill()
    {
        Context.Kill();
        foreach (var (worker, _) in _streams.Values)
        {
            _fleet.Network.Send(() => worker.Disconnected(this));
        }
    }

    /// <summary>A worker opens its stream.</summary>
    public void Connect(SimulatedWorker worker) => _fleet.Network.Send(() => Context.Do(() =>
    {
        _directory.Register(new()
        {
            WorkerId = worker.Id,
            Incarnation = worker.Incarnation,
            Host = "simulated",
            Device = "cpu",
            NumericClass = "class",
        });
        var outbox = _directory.Find(worker.Incarnation)!.Open();
        _streams[worker.Incarnation] = (worker, outbox);
        Context.Start(() => SendAsync(worker, outbox));
    }));

    /// <summary>A stream breaks.</summary>
    public void Disconnect(SimulatedWorker worker) => _fleet.Network.Send(() => Context.Do(() =>
    {
        if (_streams.Remove(worker.Incarnation, out var stream))
        {
            _directory.Find(worker.Incarnation)?.Close(stream.Outbox, _fleet.Clock.GetTimestamp());
            worker.Disconnected(this);
        }
    }));

    /// <summary>A message of a worker arrives.</summary>
    public void Receive(SimulatedWorker worker, Action<WorkerSession> take) => _fleet.Network.Send(() => Context.Do(() =>
    {
        if (_streams.ContainsKey(worker.Incarnation) && _directory.Find(worker.Incarnation) is { } session)
        {
            take(session);
        }
        else if (!Context.IsDead)
        {
            worker.Disconnected(this);
        }
    }));

    private async Task RunAsync()
    {
        while (true)
        {
            _fleet.Checks.Note($"{Context.Name} ticks {string.Join(",", _directory.Sessions.Select(s => s.View(_fleet.Clock, true)))}");
            await _supervisor.TickAsync();
            await Task.Delay(Tick, _fleet.Clock);
        }
    }

    private async Task SendAsync(SimulatedWorker worker, ChannelReader<SessionResponse> outbox)
    {
        while (await outbox.WaitToReadAsync())
        {
            while (outbox.TryRead(out var message))
            {
                _fleet.Network.Send(() => worker.Take(this, message));
            }
        }
    }
}
