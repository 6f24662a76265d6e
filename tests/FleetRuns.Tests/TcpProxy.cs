using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A way to a server that can be cut: bytes then go nowhere, and nobody is told, as when a cable is pulled.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly DnsEndPoint _target;
    private readonly Task _accepting;
    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = [];
    private TaskCompletionSource _isOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to forward to HOST:PORT.</summary>
    public TcpProxy(string target)
    {
        var parts = target.Split(':');
        _target = new(parts[0], int.Parse(parts[1]));
        _isOpen.SetResult();
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where to connect to.</summary>
    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Stops forwarding; connections stay open and silent.</summary>
    public void Cut() => _isOpen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Forwards again, also what was held back.</summary>
    public void Mend() => _isOpen.TrySetResult();

    /// <summary>Closes all connections, as a proxy does that restarts; new ones work.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        Mend();
        Reset();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await _isOpen.Task;
            await server.ConnectAsync(_target, _end.Token);
            lock (_lock)
            {
                _sockets.AddRange([client, server]);
            }

            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other.
        }

        client.Dispose();
        server.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is var count and > 0)
            {
                await _isOpen.Task;
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _end.Token);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other.
        }
    }
}
