using System.Diagnostics.Metrics;
using System.Threading.Channels;
using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>A coordinator process: the real leader, books and directory; simulated streams.</summary>
internal sealed class SimulatedCoordinator : IMeterFactory
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly SimulatedFleet _fleet;
    private readonly FaultyStore _store;
    private readonly WorkerDirectory _directory;
    private readonly Leadership _leadership;
    private readonly FleetLeader _leader;
    private readonly Dictionary<SimulatedWorker, ChannelReader<SessionResponse>> _streams = [];
    private readonly Dictionary<SimulatedWorker, Queue<Func<Task>>> _inboxes = [];

    public SimulatedCoordinator(SimulatedFleet fleet, int number)
    {
        _fleet = fleet;
        Context = fleet.NewContext($"coordinator-{number}");
        _store = new(fleet.Store, fleet.Network, fleet.Clock);
        _directory = new(fleet.Clock);
        _leadership = new(_store.Leases, new CoordinatorOptions { Advertise = Context.Name }, fleet.Clock);
        var books = new JobBooks(_store.Jobs, _directory, new(this), fleet.Clock, NullLogger<JobBooks>.Instance);
        var paths = new JobPathRules(new SecurityOptions(), new CoordinatorOptions());
        _leader = new(_store.Jobs, _store.Leases, _directory, _leadership, books, fleet.Times, paths, fleet.Clock, NullLogger<FleetLeader>.Instance);
        Context.Start(RunAsync);
    }

    public NodeContext Context { get; }

    Meter IMeterFactory.Create(MeterOptions options) => new(options);

    void IDisposable.Dispose()
    {
        // Processes are killed.
    }

    /// <summary>What it knows, for reading a failure.</summary>
    public string Description => $"{Context.Name} {_leader.State.Role}: {string.Join("; ", _leader.State.Workers.Values)}";

    /// <summary>kill -9: all streams close.</summary>
    public void Kill()
    {
        Context.Kill();
        foreach (var worker in _streams.Keys)
        {
            _fleet.Network.Send(() => worker.Disconnected(this));
        }
    }

    /// <summary>A worker registers and opens its stream; refused by a coordinator that does not lead.</summary>
    public void Connect(SimulatedWorker worker, string incarnation) => Deliver(worker, () =>
    {
        if (_leadership.Term is null || !worker.IsAt(this, incarnation))
        {
            _fleet.Network.Send(() => worker.Disconnected(this));
            return Task.CompletedTask;
        }

        _directory.Register(new()
        {
            WorkerId = worker.Id,
            Incarnation = incarnation,
            Host = "simulated",
            Device = "cpu",
            NumericClass = "class",
        });
        var session = _directory.Find(incarnation)!;
        var outbox = session.Open();
        _streams[worker] = outbox;
        _fleet.Network.Send(() => worker.Connected(this, incarnation));
        Context.Start(() => SendAsync(worker, session, outbox));
        return Task.CompletedTask;
    });

    /// <summary>A stream breaks.</summary>
    public void Disconnect(SimulatedWorker worker, string incarnation) => Deliver(worker, () =>
    {
        if (_streams.Remove(worker, out var outbox))
        {
            _directory.Find(incarnation)?.Close(outbox);
            worker.Disconnected(this);
        }

        return Task.CompletedTask;
    });

    /// <summary>A message of a worker arrives.</summary>
    public void Receive(SimulatedWorker worker, string incarnation, SessionRequest message) => Deliver(worker, async () =>
    {
        if (!_streams.ContainsKey(worker) || _directory.Find(incarnation) is not { } session)
        {
            return;
        }

        if (session.Take(message) is { } line)
        {
            await KeepLineAsync(worker, line);
        }
    });

    /// <summary>What comes from one worker is taken in the order in which it was sent, as from a connection.</summary>
    private void Deliver(SimulatedWorker worker, Func<Task> take) => _fleet.Network.SendInOrder((worker, this), () =>
    {
        if (!_inboxes.TryGetValue(worker, out var inbox))
        {
            _inboxes.Add(worker, inbox = new());
        }

        inbox.Enqueue(take);
        Context.Start(() => inbox.Dequeue()());
    });

    private async Task KeepLineAsync(SimulatedWorker worker, WorkerLog line)
    {
        _fleet.Checks.Note($"{worker.Id} says {line.Text}");
        try
        {
            await _store.Jobs.AppendLineAsync(line.JobId, LineRecord.Write(_fleet.Clock.GetUtcNow(), worker.Id, line.Level, line.Text));
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            // A line for people.
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await _leader.TickAsync();
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                // As the host does: look again.
            }

            await Task.Delay(_leader.LongestWait(Interval), _fleet.Clock);
        }
    }

    private async Task SendAsync(SimulatedWorker worker, WorkerSession session, ChannelReader<SessionResponse> outbox)
    {
        while (await outbox.WaitToReadAsync())
        {
            while (outbox.TryRead(out var message))
            {
                _fleet.Network.SendInOrder((this, worker), () => worker.Take(this, session.Registration.Incarnation, message));
            }
        }

        session.Close(outbox);
        if (_streams.TryGetValue(worker, out var current) && current == outbox)
        {
            _streams.Remove(worker);
            _fleet.Network.Send(() => worker.Disconnected(this));
        }
    }
}
