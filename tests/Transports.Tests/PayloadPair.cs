using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Transports.Tests.Nccl;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Steps.Wire;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Transports.Tests;

/// <summary>The payloads of one job as two workers see them.</summary>
internal sealed class PayloadPair : IAsyncDisposable
{
    private readonly RedisConnections _connections;
    private readonly PeerServer[] _servers;

    private PayloadPair(RedisConnections connections, TestMeters meters, PeerServer[] servers, TransportPayloads writer, TransportPayloads reader) =>
        (_connections, Meters, _servers, Writer, Reader) = (connections, meters, servers, writer, reader);

    public TestMeters Meters { get; }

    public TransportPayloads Writer { get; }

    public TransportPayloads Reader { get; }

    public static async Task<PayloadPair> OpenAsync(RedisEndpoints endpoints, string transport)
    {
        var connections = await RedisConnections.ConnectAsync(endpoints, "pair");
        var store = new RedisFleetStore(connections);
        await store.Jobs.CreateAsync(new("job", "{}", "job", 1, 2, 0, 1, 2), "request");
        var assignment = ShardAssignment.Weighted(2, ["writer", "reader"], [1, 1]);
        await store.Jobs.BumpGenerationAsync("job", new(1, 0, assignment, assignment, true, 1, [], new Dictionary<string, string>())
        {
            Transport = new(transport, ""),
        });
        var meters = new TestMeters();
        var instruments = new TransportInstruments(meters);
        var servers = new PeerServer[2];
        var sides = new TransportPayloads[2];
        foreach (var (name, index) in new[] { ("writer", 0), ("reader", 1) })
        {
            servers[index] = new(new WorkerOptions(), instruments, TimeProvider.System, NullLogger<PeerServer>.Instance);
            var transports = new Worker.Transport.Transports(servers[index], new(NcclDouble.RuntimeOf(name)), instruments, TimeProvider.System, NullLogger<Worker.Transport.Transports>.Instance);
            sides[index] = await transports.OpenAsync("job", name, transport, new(2, 0, new(new(16, 16), WireFormats.Of(JobVocabulary.WireSingle))), store);
            await sides[index].FollowAsync((await store.Jobs.ReadAsync("job"))!, CancellationToken.None);
        }

        return new(connections, meters, servers, sides[0], sides[1]);
    }

    /// <summary>Cuts the writer off, as its death does.</summary>
    public ValueTask CutOffWriterAsync() => _servers[0].DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await Writer.DisposeAsync();
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Meters.Dispose();
        await _connections.DisposeAsync();
    }
}
