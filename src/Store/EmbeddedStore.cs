using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Garnet;

namespace LightlyCluster.Store;

/// <summary>
/// The Redis-compatible store of a local fleet: two Garnet servers in one process, META (durable) and DATA (volatile), so that
/// bulk payloads can never push facts out of memory.
/// </summary>
internal static class EmbeddedStore
{
    /// <summary>Runs until a signal, the end of the parent, or the end of standard input's owner.</summary>
    /// <returns>Exit code: 0 after a clean end, 2 for a wrong command line, 1 when a server does not start.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        StoreOptions options;
        try
        {
            options = StoreOptions.Parse(arguments);
        }
        catch (ArgumentException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        var (metaPort, dataPort) = FreePorts();
        using var meta = new GarnetServer(MetaArguments(options, metaPort));
        var socket = DataSocket(options);
        using var data = new GarnetServer(DataArguments(options, dataPort, socket));
        meta.Start();
        data.Start();
        await Console.Out.WriteLineAsync($"READY meta=127.0.0.1:{metaPort} data=127.0.0.1:{dataPort}");
        await Console.Out.FlushAsync();
        await WaitAsync(options.Parent, stop.Token);
        if (socket.Length > 0)
        {
            File.Delete(socket);
        }

        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static string[] MetaArguments(StoreOptions options, int port)
    {
        var folder = Path.Combine(options.Directory, "meta");
        return
        [
            .. CommonArguments(port), "--memory", options.MetaMemory, "--checkpointdir", folder, "--logdir", folder,
            "--aof", "--aof-commit-freq", "0", "--page", "1m", "--aof-memory", "8m", "--aof-page-size", "2m", "--recover", "--storage-tier",
        ];
    }

    private static string[] DataArguments(StoreOptions options, int port, string socket) =>
    [
        .. CommonArguments(port), "--memory", options.DataMemory, "--reviv", "--checkpointdir", Path.Combine(options.Directory, "data"),
        .. socket.Length > 0 ? (string[])["--unixsocket", socket, "--unixsocketperm", "600"] : [],
    ];

    /// <summary>A Unix socket for DATA beside its port: bytes cost less on it. Clients ask for it (CONFIG GET unixsocket).</summary>
    /// <returns>Its path; empty where there can be none (a long path, a file system or system without).</returns>
    private static string DataSocket(StoreOptions options)
    {
        var path = Path.Combine(options.Directory, "data.sock");
        try
        {
            // One that a killed store left behind is in the way of the next one.
            Directory.CreateDirectory(options.Directory);
            File.Delete(path);
            using var trial = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            trial.Bind(new UnixDomainSocketEndPoint(path));
            File.Delete(path);
            return path;
        }
        catch (Exception error) when (error is SocketException or ArgumentException or PlatformNotSupportedException or IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string[] CommonArguments(int port) =>
    [
        "--port", port.ToString(), "--bind", "127.0.0.1", "--index", "16m", "--device-type", "RandomAccess",
        "--lua", "--lua-transaction-mode", "-q",
    ];

    private static (int Meta, int Data) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private static async Task WaitAsync(int parent, CancellationToken cancellationToken)
    {
        try
        {
            while (parent == 0 || IsAlive(parent))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // A clean end was asked for.
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
