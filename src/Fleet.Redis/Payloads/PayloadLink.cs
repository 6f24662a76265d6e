using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>
/// One open connection of a <see cref="DirectPayloadChannel"/>: one thread sends requests one after the other, another receives the
/// replies in their order.
/// </summary>
/// <remarks>
/// Two threads that block cost a third less processor time than asynchronous calls, each of which goes through a thread that polls and
/// one of the pool. A request whose reply has not come is failed only after both threads have ended, so that no memory is read or
/// written after its owner was told.
/// </remarks>
internal sealed class PayloadLink : IAsyncDisposable
{
    private const string LineEnd = "\r\n";

    private readonly Socket _socket;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly ReplyReader _replies;
    private readonly Queue<PendingReply> _pending = new();
    private readonly Queue<PayloadRequest> _requests = new();
    private readonly object _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watching = Task.CompletedTask;
    private bool _hasEnded;

    private PayloadLink(Socket socket, TimeSpan timeout, TimeProvider clock)
    {
        (_socket, _timeout, _clock) = (socket, timeout, clock);
        _replies = new(socket);
    }

    /// <summary>Whether the connection can be used no more.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_lock)
            {
                return _hasEnded;
            }
        }
    }

    /// <summary>Connects and authenticates.</summary>
    /// <exception cref="RedisConnectionException">The server cannot be reached.</exception>
    /// <exception cref="RedisServerException">The server refuses the password or the database.</exception>
    public static async Task<PayloadLink> OpenAsync(EndPoint endpoint, ConfigurationOptions options, TimeSpan timeout, TimeProvider clock)
    {
        var socket = endpoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var link = new PayloadLink(socket, timeout, clock);
        new Thread(() => link.Receive(endpoint)) { Name = "payloads in", IsBackground = true }.Start();
        try
        {
            await link._connected.Task.WaitAsync(TimeSpan.FromMilliseconds(options.ConnectTimeout), clock);
        }
        catch (Exception error) when (error is SocketException or TimeoutException)
        {
            await link.DisposeAsync();
            throw new RedisConnectionException(
                ConnectionFailureType.UnableToConnect, CommandFlags.None, $"{endpoint} cannot be reached: {error.Message}", error, CommandStatus.Unknown);
        }

        link._watching = link.WatchAsync();
        await link.GreetAsync(options);
        return link;
    }

    /// <summary>Sends a request when those before it are sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="destination">Where the bytes of the reply go.</param>
    /// <returns>The reply: true when the request was carried out, false when there is no such value.</returns>
    /// <exception cref="RedisConnectionException">The connection has ended.</exception>
    public Task<bool> SendAsync(PayloadRequest request, Memory<byte> destination)
    {
        var reply = new PendingReply(destination, _clock.GetTimestamp());
        lock (_lock)
        {
            if (_hasEnded)
            {
                throw Lost(null);
            }

            _pending.Enqueue(reply);
            _requests.Enqueue(request);
            Monitor.Pulse(_lock);
        }

        return reply.Completion;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        HangUp();
        await _ended.Task;
        await _watching;
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>A request of words.</summary>
    internal static byte[] Request(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder($"*{words.Length}{LineEnd}");
        foreach (var word in words)
        {
            text.Append('$').Append(Encoding.UTF8.GetByteCount(word)).Append(LineEnd).Append(word).Append(LineEnd);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static RedisConnectionException Lost(Exception? error) =>
        new(ConnectionFailureType.SocketFailure, CommandFlags.None, "The connection to the DATA store was lost.", error, CommandStatus.Unknown);

    private static RedisErrorKind KindOf(string line) =>
        line.StartsWith("-OOM", StringComparison.Ordinal) ? RedisErrorKind.OutOfMemory : RedisErrorKind.None;

    private async Task GreetAsync(ConfigurationOptions options)
    {
        try
        {
            if (options.Password is { Length: > 0 } password)
            {
                var request = options.User is { Length: > 0 } user ? Request("AUTH", user, password) : Request("AUTH", password);
                await SendAsync(new(request, default, default), default);
            }

            if (options.DefaultDatabase is { } database and > 0)
            {
                await SendAsync(new(Request("SELECT", $"{database}"), default, default), default);
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends both threads' calls; the receiver does the rest.</summary>
    private void HangUp()
    {
        try
        {
            if (_connected.Task.IsCompletedSuccessfully)
            {
                _socket.Shutdown(SocketShutdown.Both);
            }
            else
            {
                _socket.Dispose();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private void Send()
    {
        try
        {
            while (TryTake(out var request))
            {
                SendAll(request.Head.Span);
                SendAll(request.Value.Span);
                SendAll(request.Tail.Span);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            HangUp();
        }
    }

    /// <summary>Waits for the next request; it sleeps at once, where a blocking collection would spin.</summary>
    /// <returns>False when the connection has ended.</returns>
    private bool TryTake(out PayloadRequest request)
    {
        lock (_lock)
        {
            while (_requests.Count == 0 && !_hasEnded)
            {
                Monitor.Wait(_lock);
            }

            request = _hasEnded ? default : _requests.Dequeue();
            return !_hasEnded;
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    private void Receive(EndPoint endpoint)
    {
        var sender = new Thread(Send) { Name = "payloads out", IsBackground = true };
        Exception? cause = null;
        try
        {
            _socket.Connect(endpoint);
            sender.Start();
            _connected.TrySetResult();
            while (true)
            {
                ReceiveReply();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            cause = error;
            _connected.TrySetException(error is SocketException ? error : new SocketException((int)SocketError.OperationAborted));
        }

        End(sender, cause);
    }

    private void End(Thread sender, Exception? cause)
    {
        lock (_lock)
        {
            _hasEnded = true;
            Monitor.PulseAll(_lock);
        }

        HangUp();
        if (_connected.Task.IsCompletedSuccessfully)
        {
            sender.Join();
        }

        foreach (var reply in _pending)
        {
            reply.Fail(Lost(cause));
        }

        _stop.Cancel();
        _ended.SetResult();
    }

    private void ReceiveReply()
    {
        var line = _replies.ReadLine();
        PendingReply? reply;
        lock (_lock)
        {
            _pending.TryPeek(out reply);
        }

        var length = 0;
        if (reply is null || line.Length == 0 || (line[0] == '$' && !int.TryParse(line.AsSpan(1), out length)))
        {
            throw new IOException($"The store said '{line}', which was not expected.");
        }

        var isThere = true;
        RedisServerException? refusal = null;
        switch (line[0])
        {
            case '-':
                refusal = new(KindOf(line), CommandFlags.None, line[1..]);
                break;
            case '$' when length != reply.Destination.Length:
                _replies.Skip(length < 0 ? 0 : length + LineEnd.Length);
                isThere = false;
                break;
            case '$':
                _replies.Fill(reply.Destination.Span);
                _replies.Skip(LineEnd.Length);
                break;
        }

        lock (_lock)
        {
            _pending.Dequeue();
        }

        if (refusal is not null)
        {
            reply.Fail(refusal);
        }
        else
        {
            reply.Complete(isThere);
        }
    }

    /// <summary>Ends the connection when the oldest request waits too long.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                lock (_lock)
                {
                    if (_pending.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest.Sent) > _timeout)
                    {
                        break;
                    }
                }
            }

            HangUp();
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }
}
