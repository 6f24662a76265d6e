using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A store for a test: the embedded one, or two real redis-servers in the roles META (append-only file) and DATA (no persistence).</summary>
internal sealed class TestStore : IAsyncDisposable
{
    public const string Embedded = "embedded";
    public const string Redis = "redis";

    private readonly ChildProcess? _dataProcess;

    private TestStore(ChildProcess process, string meta, string data, ChildProcess? dataProcess = null) =>
        (Process, Meta, Data, _dataProcess) = (process, meta, data, dataProcess);

    public ChildProcess Process { get; }

    /// <summary>META first; one process where it plays both roles.</summary>
    public IReadOnlyList<ChildProcess> Processes => _dataProcess is { } data ? [Process, data] : [Process];

    public string Meta { get; }

    public string Data { get; }

    public static async Task<TestStore> StartAsync(string kind, string folder, string dataMemory = "512m", string password = "")
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, ".store")).FullName;
        if (kind == Embedded)
        {
            var store = ChildProcess.StartProject("Store", "--directory", directory, "--data-memory", dataMemory);
            var parts = (await store.ReadyAsync()).Split(' ');
            return new(store, parts[0]["meta=".Length..], parts[1]["data=".Length..]);
        }

        var (meta, metaPort) = await StartRedisAsync("--appendonly", "yes", "--appendfsync", "always", "--dir", directory, "--requirepass", password);
        var (data, dataPort) = await StartRedisAsync("--appendonly", "no", "--unixsocket", Path.Combine(directory, "data.sock"), "--requirepass", password);
        return new(meta, $"127.0.0.1:{metaPort}", $"127.0.0.1:{dataPort}", data);
    }

    /// <summary>Sends a signal to the DATA server.</summary>
    public void SignalData(string signal) => (_dataProcess ?? Process).Signal(signal);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        if (_dataProcess is { } data)
        {
            await data.DisposeAsync();
        }
    }

    private static async Task<(ChildProcess Process, int Port)> StartRedisAsync(params string[] settings)
    {
        var port = FreePort();
        var redis = ChildProcess.Start("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", .. settings]);
        await redis.SaysAsync("Ready to accept connections");
        return (redis, port);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
