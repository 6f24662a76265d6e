using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A store for a test: the embedded one, or a real redis-server.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    public const string Embedded = "embedded";
    public const string Redis = "redis";

    private TestStore(ChildProcess process, string meta, string data) => (Process, Meta, Data) = (process, meta, data);

    public ChildProcess Process { get; }

    public string Meta { get; }

    public string Data { get; }

    public static async Task<TestStore> StartAsync(string kind, string folder, string dataMemory = "512m")
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, ".store")).FullName;
        if (kind == Embedded)
        {
            var store = ChildProcess.StartProject("Store", "--directory", directory, "--data-memory", dataMemory);
            var parts = (await store.ReadyAsync()).Split(' ');
            return new(store, parts[0]["meta=".Length..], parts[1]["data=".Length..]);
        }

        var port = FreePort();
        var redis = ChildProcess.Start(
            "redis-server",
            ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", directory]);
        await redis.SaysAsync("Ready to accept connections");
        return new(redis, $"127.0.0.1:{port}", $"127.0.0.1:{port}");
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
