using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A store for a test: the embedded one, or two redis-servers as META (append-only file) and DATA (no persistence).</summary>
internal sealed class TestStore : IAsyncDisposable
{
    public const string Embedded = "embedded";
    public const string Redis = "redis";

    private readonly string _directory;
    private readonly string[] _metaArguments;
    private readonly string[] _dataArguments;
    private ChildProcess? _dataProcess;

    private TestStore(ChildProcess process, string meta, string data)
        : this(process, null, meta, data, "", [], [])
    {
    }

    private TestStore(
        ChildProcess process, ChildProcess? dataProcess, string meta, string data, string directory, string[] metaArguments, string[] dataArguments)
    {
        _directory = directory;
        (Process, _dataProcess, Meta, Data) = (process, dataProcess, meta, data);
        (_metaArguments, _dataArguments) = (metaArguments, dataArguments);
    }

    /// <summary>The process that holds META.</summary>
    public ChildProcess Process { get; private set; }

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

        var (metaPort, dataPort) = (FreePort(), FreePort());
        var metaArguments = Arguments(
            metaPort, "--appendonly", "yes", "--appendfsync", "always", "--dir", directory, "--requirepass", password);
        var dataArguments = Arguments(
            dataPort, "--appendonly", "no", "--unixsocket", Path.Combine(directory, "data.sock"), "--requirepass", password);
        return new(
            await StartRedisAsync(metaArguments), await StartRedisAsync(dataArguments), $"127.0.0.1:{metaPort}", $"127.0.0.1:{dataPort}",
            directory, metaArguments, dataArguments);
    }

    /// <summary>Sends a signal to the DATA server.</summary>
    public void SignalData(string signal) => (_dataProcess ?? Process).Signal(signal);

    /// <summary>Kills META and starts it again on its append-only file.</summary>
    public async Task RestartMetaAsync(TimeSpan absence)
    {
        await Process.DisposeAsync();
        await Task.Delay(absence);
        Process = await StartRedisAsync(_metaArguments);
    }

    /// <summary>Copies META's append-only file as it is now.</summary>
    public void SaveMeta()
    {
        Directory.CreateDirectory(SavedFolder);
        foreach (var file in Directory.GetFiles(MetaFolder))
        {
            File.Copy(file, Path.Combine(SavedFolder, Path.GetFileName(file)), overwrite: true);
        }
    }

    /// <summary>Kills META and starts it again on what was saved before; on nothing when nothing was.</summary>
    public async Task RegressMetaAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(MetaFolder, recursive: true);
        if (Directory.Exists(SavedFolder))
        {
            Directory.Move(SavedFolder, MetaFolder);
        }

        Process = await StartRedisAsync(_metaArguments);
    }

    /// <summary>Kills DATA, with all that is in it, and starts it again.</summary>
    public async Task RestartDataAsync(TimeSpan absence)
    {
        await _dataProcess!.DisposeAsync();
        await Task.Delay(absence);
        _dataProcess = await StartRedisAsync(_dataArguments);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await (_dataProcess?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private string MetaFolder => Path.Combine(_directory, "appendonlydir");

    private string SavedFolder => Path.Combine(_directory, "saved");

    private static string[] Arguments(int port, params string[] settings) =>
        ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", .. settings];

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
