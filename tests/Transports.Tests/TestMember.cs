using LightlyCluster.Fleet.Redis;
using LightlyCluster.Simulation.Tests.Nodes;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport.Nccl;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Transports.Tests;

/// <summary>A worker in this process: the real protocol and transport over connections of its own, arithmetic instead of training.</summary>
internal sealed class TestMember : IComputationFactory, IAsyncDisposable
{
    private readonly SimulatedJob _job;
    private readonly RedisConnections _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly PeerServer _server;
    private readonly Func<string, Task> _reachAsync;

    private TestMember(string name, SimulatedJob job, string transport, bool sharesMemory, NcclRuntime nccl, RedisConnections connections, Func<string, Task> reachAsync)
    {
        (Name, _job, _connections, _reachAsync) = (name, job, connections, reachAsync);
        Instruments = new(Meters);
        _server = new(new WorkerOptions { PeerMemory = sharesMemory }, Instruments, TimeProvider.System, NullLogger<PeerServer>.Instance);
        Transports = new(_server, new(nccl), Instruments, TimeProvider.System, NullLogger<Worker.Transport.Transports>.Instance);
        var specification = job.Specification with { Sync = job.Specification.Sync with { Transport = transport } };
        var runner = new JobRunner(
            new(SimulatedJob.Id, specification, name, name, "class", 0), new(this, TimeProvider.System), State,
            new(new(Meters), State, new(), TimeProvider.System), Transports, new RedisFleetStore(connections), TimeProvider.System,
            NullLogger<JobRunner>.Instance);
        Work = runner.RunAsync(_stop.Token);
    }

    public string Name { get; }

    public WorkerState State { get; } = new();

    public TestMeters Meters { get; } = new();

    public TransportInstruments Instruments { get; }

    public Worker.Transport.Transports Transports { get; }

    public Task Work { get; }

    /// <summary>Ends with it.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Starts one that does something of the test's wherever its computation gets.</summary>
    public static async Task<TestMember> StartAsync(
        string name, SimulatedJob job, string transport, bool sharesMemory, NcclRuntime nccl, RedisEndpoints endpoints, Func<string, Task>? reachAsync = null) =>
        new(name, job, transport, sharesMemory, nccl, await RedisConnections.ConnectAsync(endpoints, name), reachAsync ?? (_ => Task.CompletedTask));

    public Task<IJobComputation> PrepareAsync(JobTicket ticket, CancellationToken cancellationToken) =>
        Task.FromResult<IJobComputation>(new ArithmeticComputation(_job, _job.ShapeOf(ticket.Specification), _reachAsync));

    /// <summary>Cuts it off from the others, as its death does: what lies in its memory can be reached no more.</summary>
    public ValueTask CutOffAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Work;
        await _server.DisposeAsync();
        await _connections.DisposeAsync();
        Meters.Dispose();
        _stop.Dispose();
    }
}
