using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A store for a test: the embedded one, a real redis-server, or a redis-server for each role.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    public const string Embedded = "embedded";
    public const string Redis = "redis";
    public const string RedisPair = "redis-pair";

    private readonly string[] _arguments;

    private TestStore(ChildProcess process, ChildProcess? dataProcess, string meta, string data, string[] arguments)
    {
        (Process, DataProcess, Meta, Data) = (process, dataProcess, meta, data);
        _arguments = arguments;
    }

    /// <summary>The process that holds META.</summary>
    public ChildProcess Process { get; private set; }

    /// <summary>The process that holds DATA, when it is another one.</summary>
    public ChildProcess? DataProcess { get; }

    public string Meta { get; }

    public string Data { get; }

    public static async Task<TestStore> StartAsync(string kind, string folder, string dataMemory = "512m")
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, ".store")).FullName;
        if (kind == Embedded)
        {
            var store = ChildProcess.StartProject("Store", "--directory", directory, "--data-memory", dataMemory);
            var parts = (await store.ReadyAsync()).Split(' ');
            return new(store, null, parts[0]["meta=".Length..], parts[1]["data=".Length..], []);
        }

        var port = FreePort();
        string[] arguments = [.. CommonArguments(port), "--appendonly", "yes", "--appendfsync", "always", "--dir", directory];
        var redis = await StartRedisAsync(arguments);
        if (kind == Redis)
        {
            return new(redis, null, $"127.0.0.1:{port}", $"127.0.0.1:{port}", arguments);
        }

        var dataPort = FreePort();
        var data = await StartRedisAsync([.. CommonArguments(dataPort), "--maxmemory", dataMemory + "b", "--maxmemory-policy", "noeviction"]);
        return new(redis, data, $"127.0.0.1:{port}", $"127.0.0.1:{dataPort}", arguments);
    }

    /// <summary>Kills META and starts it again on its append-only file.</summary>
    public async Task RestartMetaAsync(TimeSpan absence)
    {
        await Process.DisposeAsync();
        await Task.Delay(absence);
        Process = await StartRedisAsync(_arguments);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await (DataProcess?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static string[] CommonArguments(int port) => ["--port", $"{port}", "--bind", "127.0.0.1", "--save", ""];

    private static async Task<ChildProcess> StartRedisAsync(string[] arguments)
    {
        var redis = ChildProcess.Start("redis-server", arguments);
        await redis.SaysAsync("Ready to accept connections");
        return redis;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
