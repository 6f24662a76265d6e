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
        using var data = new GarnetServer(DataArguments(options, dataPort));
        meta.Start();
        data.Start();
        await Console.Out.WriteLineAsync($"READY meta=127.0.0.1:{metaPort} data=127.0.0.1:{dataPort}");
        await Console.Out.FlushAsync();
        await WaitAsync(options.Parent, stop.Token);
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

    private static string[] DataArguments(StoreOptions options, int port) =>
        [.. CommonArguments(port), "--memory", options.DataMemory, "--reviv", "--checkpointdir", Path.Combine(options.Directory, "data")];

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
