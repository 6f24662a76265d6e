using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>Lets other workers of a job read this worker's payloads. Listens from the first job on that needs it, on TCP and on a Unix socket.</summary>
internal sealed partial class PeerServer(WorkerOptions options, TransportInstruments instruments, TimeProvider clock, ILogger<PeerServer> logger)
    : IAsyncDisposable
{
    private const int Backlog = 256;
    private const int SocketNameBytes = 16;

    /// <summary>Two chunks fit, so that sending one rarely waits; TCP sizes its buffers itself.</summary>
    private const int UnixBufferBytes = 1 << 20;

    private static readonly TimeSpan AfterAcceptError = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, PeerOffer> _offers = new(StringComparer.Ordinal);
    private readonly PeerGate _gate = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _accepting = [];
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private PeerAddress? _address;
    private long _warnedAt;
    private int _unwarned;

    /// <summary>Memory for what a job's workers of this machine may read in place; null where there is none.</summary>
    public SharedMemory? NewMemory() => options.PeerMemory ? SharedMemory.TryCreate() : null;

    /// <summary>Listens, if it does not yet.</summary>
    /// <param name="nearest">The address to use where the worker was told none.</param>
    /// <returns>Where others reach it.</returns>
    /// <exception cref="IOException">The port cannot be used.</exception>
    public async Task<PeerAddress> StartAsync(string nearest)
    {
        await _starting.WaitAsync();
        try
        {
            return _address ??= Listen(options.PeerAddress.Length > 0 ? options.PeerAddress : nearest);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Serves what is offered of a job, from now on.</summary>
    public void Open(PeerOffer offer) => _offers[offer.Job] = offer;

    /// <summary>Serves it no more.</summary>
    public void Close(PeerOffer offer)
    {
        _offers.TryRemove(new(offer.Job, offer));
        offer.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await Task.WhenAll(_accepting);
        _listeners.ForEach(listener => listener.Dispose());
        _starting.Dispose();
        _stop.Dispose();
    }

    private PeerAddress Listen(string host)
    {
        // On the interface on which others come; on all of them where somebody gave a name or address that may be translated on the way.
        var isOwn = IPAddress.TryParse(host, out var address) && (options.PeerAddress.Length == 0 || IPAddress.IsLoopback(address));
        var any = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var endPoint = new IPEndPoint(isOwn ? address! : any, options.PeerPort);
        var tcp = PeerAddress.SocketFor(endPoint);
        try
        {
            Accept(tcp, endPoint);
        }
        catch (SocketException error)
        {
            tcp.Dispose();
            throw new IOException(
                $"Worker:PeerPort: {endPoint} cannot be used ({error.Message}). Choose another one (--peer-port PORT; 0: any free one).", error);
        }

        var (machine, socket) = (PeerAddress.ThisMachine, "");
        if (machine.Length > 0)
        {
            socket = $"lightly-peer-{RandomNumberGenerator.GetHexString(SocketNameBytes, lowercase: true)}";
            var unix = PeerAddress.UnixEndPoint(socket);
            Accept(PeerAddress.SocketFor(unix), unix);
        }

        var reached = new PeerAddress(host, ((IPEndPoint)tcp.LocalEndPoint!).Port, machine, socket);
        LogListens(reached.Host, reached.Port);
        return reached;
    }

    private void Accept(Socket listener, EndPoint endPoint)
    {
        listener.Bind(endPoint);
        listener.Listen(Backlog);
        _listeners.Add(listener);
        _accepting.Add(AcceptAsync(listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stop.Token);
                if (listener.AddressFamily == AddressFamily.Unix)
                {
                    socket.SendBufferSize = UnixBufferBytes;
                }
                else
                {
                    socket.NoDelay = true;
                }

                _gate.Enter(socket);
                _ = ServeAsync(socket);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // One that came has gone again, or the process has no descriptors left for a moment.
                await Task.Delay(AfterAcceptError, clock, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var remote = socket.RemoteEndPoint is IPEndPoint ip ? $"{ip.Address}" : "this machine";
        if (!await new PeerSession(socket, job => _offers.GetValueOrDefault(job), _gate, instruments, clock).RunAsync(_stop.Token) && !_stop.IsCancellationRequested)
        {
            Warn(remote);
        }
    }

    /// <summary>Says that a stranger came; once a minute, however many come.</summary>
    private void Warn(string remote)
    {
        var count = Interlocked.Increment(ref _unwarned);
        var last = Volatile.Read(ref _warnedAt);
        if ((last == 0 || clock.GetElapsedTime(last) > BetweenWarnings)
            && Interlocked.CompareExchange(ref _warnedAt, clock.GetTimestamp(), last) == last)
        {
            Interlocked.Exchange(ref _unwarned, 0);
            LogRefused(count, remote);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "Other workers read this worker's payloads at {Host}, port {Port}.")]
    private partial void LogListens(string host, int port);

    [LoggerMessage(2202, LogLevel.Warning, "{Count} connections to the port for other workers proved nothing and were closed, the last one from {Remote}. "
        + "A worker that was just declared dead may be among them; otherwise see who can reach the port.")]
    private partial void LogRefused(int count, string remote);
}
