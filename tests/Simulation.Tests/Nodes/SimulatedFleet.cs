using LightlyCluster.Fleet.Membership;
using LightlyCluster.Simulation.Tests.Checks;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Time;
using LightlyCluster.TestSupport;
using LightlyCluster.Worker.Transport;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>All processes of a simulation and what is between them.</summary>
internal sealed class SimulatedFleet
{
    private readonly List<SimulatedWorker> _workers = [];
    private readonly List<SimulatedCoordinator> _coordinators = [];
    private readonly Dictionary<string, int> _processes = new(StringComparer.Ordinal);
    private int _contexts;

    public SimulatedFleet(SimulatedJob job, int seed)
    {
        Job = job;
        Times = job.MinimumWorkers > MembershipTimes.ManyWorkers
            ? MembershipTimes.Default with { Lease = TimeSpan.FromSeconds(15), LeaseRenewal = TimeSpan.FromSeconds(5) }
            : MembershipTimes.Default;
        Scheduler = new(seed);
        Clock = new(Scheduler);
        Network = new(Scheduler, seed + 1);
        Store = new(Clock);
        Checks = new(job, Store.Keys, Scheduler);
        Network.OnCarriedOut = Checks.LookAtStore;
        Network.Note = Checks.Note;
    }

    public SimulatedJob Job { get; }

    public Scheduler Scheduler { get; }

    public VirtualClock Clock { get; }

    public SimulatedNetwork Network { get; }

    public MemoryFleetStore Store { get; }

    public SimulatedDisk Disk { get; } = new();

    public SimulationChecks Checks { get; }

    public MembershipTimes Times { get; }

    public UnheardMeters Meters { get; } = new();

    /// <summary>Ways of payloads: the simulated jobs use the store.</summary>
    public Transports Transports => new(
        new(new(), new(Meters), Clock, NullLogger<PeerServer>.Instance), new(() => throw new NotSupportedException("No GPU here.")),
        new(Meters), Clock, NullLogger<Transports>.Instance);

    /// <summary>Workers that were started and are not dead or gone.</summary>
    public IReadOnlyList<SimulatedWorker> Workers => [.. _workers.Where(worker => !worker.Context.IsDead && !worker.HasLeft)];

    /// <summary>Coordinators that are not dead.</summary>
    public IReadOnlyList<SimulatedCoordinator> Coordinators => [.. _coordinators.Where(coordinator => !coordinator.Context.IsDead)];

    public NodeContext NewContext(string name) => new(Scheduler, name, ++_contexts)
    {
        OnFault = error => Checks.Fail($"{name} ends by {error}"),
    };

    public SimulatedWorker StartWorker(string id, TimeSpan shardTime)
    {
        var process = _processes[id] = _processes.GetValueOrDefault(id) + 1;
        var worker = new SimulatedWorker(this, id, process, shardTime);
        _workers.Add(worker);
        return worker;
    }

    public SimulatedCoordinator StartCoordinator()
    {
        var coordinator = new SimulatedCoordinator(this, _coordinators.Count + 1);
        _coordinators.Add(coordinator);
        return coordinator;
    }

    /// <summary>kill -9: the stream closes, requests under way are carried out.</summary>
    public void Kill(SimulatedWorker worker)
    {
        worker.Context.Kill();
        Coordinators.ToList().ForEach(coordinator => coordinator.Disconnect(worker, worker.Incarnation));
    }

    /// <summary>Where a worker that connects ends up: at any coordinator; one that does not lead refuses it.</summary>
    public SimulatedCoordinator? FindCoordinator() => Coordinators.Count == 0 ? null : Coordinators[Network.Random.Next(Coordinators.Count)];
}
