using System.Net;
using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>
/// One open connection of a <see cref="DirectPayloadChannel"/>: requests go out one after the other, replies come back in their
/// order, and the bytes of a value are received straight into the memory that waits for them.
/// </summary>
/// <remarks>
/// The protocol is RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/). A request whose reply has not come is
/// failed only after reading has ended, so that no memory is written after its owner was told.
/// </remarks>
internal sealed class PayloadLink : IAsyncDisposable
{
    private const int HeadBytes = 16 * 1024;

    private static readonly ReadOnlyMemory<byte> LineEnd = "\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly Queue<PendingReply> _pending = new();
    private readonly Lock _lock = new();
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private int _start;
    private int _end;
    private bool _hasEnded;

    private PayloadLink(Socket socket, TimeSpan timeout, TimeProvider clock) => (_socket, _timeout, _clock) = (socket, timeout, clock);

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
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.ConnectTimeout), clock);
            await socket.ConnectAsync(endpoint, limit.Token);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new RedisConnectionException(
                ConnectionFailureType.UnableToConnect, CommandFlags.None, $"{endpoint} cannot be reached: {error.Message}", error, CommandStatus.Unknown);
        }

        var link = new PayloadLink(socket, timeout, clock);
        link._reading = link.ReadAllAsync();
        link._watching = link.WatchAsync();
        await link.GreetAsync(options);
        return link;
    }

    /// <summary>Sends a request. One at a time.</summary>
    /// <param name="head">The request up to the bytes of the value.</param>
    /// <param name="value">The bytes of the value; empty when the request has none.</param>
    /// <param name="tail">What follows the value.</param>
    /// <param name="destination">Where the bytes of the reply go.</param>
    /// <returns>The request, whose completion is the reply.</returns>
    public async Task<PendingReply> SendAsync(
        ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> tail, Memory<byte> destination)
    {
        var reply = new PendingReply(destination, _clock.GetTimestamp());
        lock (_lock)
        {
            if (_hasEnded)
            {
                throw Lost(null);
            }

            _pending.Enqueue(reply);
        }

        try
        {
            await SendAllAsync(head);
            await SendAllAsync(value);
            await SendAllAsync(tail);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The reader notices too, and fails what waits.
            await _stop.CancelAsync();
        }

        return reply;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _watching;
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>A request of words.</summary>
    internal static byte[] Request(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            text.Append('$').Append(Encoding.UTF8.GetByteCount(word)).Append("\r\n").Append(word).Append("\r\n");
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
                await (await SendAsync(request, default, default, default)).Completion;
            }

            if (options.DefaultDatabase is { } database and > 0)
            {
                await (await SendAsync(Request("SELECT", $"{database}"), default, default, default)).Completion;
            }
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, _stop.Token)..];
        }
    }

    private async Task ReadAllAsync()
    {
        Exception? cause = null;
        try
        {
            while (true)
            {
                await ReadReplyAsync();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            cause = error;
        }

        PendingReply[] left;
        lock (_lock)
        {
            _hasEnded = true;
            left = [.. _pending];
            _pending.Clear();
        }

        Array.ForEach(left, reply => reply.Fail(Lost(cause)));
    }

    private async Task ReadReplyAsync()
    {
        var line = await ReadLineAsync();
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
                await SkipAsync(length < 0 ? 0 : length + LineEnd.Length);
                isThere = false;
                break;
            case '$':
                await FillAsync(reply.Destination);
                await SkipAsync(LineEnd.Length);
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

    private async ValueTask<string> ReadLineAsync()
    {
        while (true)
        {
            var length = _head.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_head, _start, length);
                _start += length + 2;
                return line;
            }

            await ReceiveHeadAsync();
        }
    }

    private async ValueTask ReceiveHeadAsync()
    {
        if (_start > 0)
        {
            _head.AsSpan(_start, _end - _start).CopyTo(_head);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _head.Length)
        {
            throw new IOException("A line of the store is too long.");
        }

        _end += await ReceiveAsync(_head.AsMemory(_end));
    }

    private async ValueTask FillAsync(Memory<byte> destination)
    {
        var count = Math.Min(_end - _start, destination.Length);
        _head.AsMemory(_start, count).CopyTo(destination);
        _start += count;
        while (count < destination.Length)
        {
            count += await ReceiveAsync(destination[count..]);
        }
    }

    private async ValueTask SkipAsync(int count)
    {
        while (count > _end - _start)
        {
            count -= _end - _start;
            _start = _end = 0;
            await ReceiveHeadAsync();
        }

        _start += count;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> destination)
    {
        var count = await _socket.ReceiveAsync(destination, _stop.Token);
        return count > 0 ? count : throw new IOException("The store closed the connection.");
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
                    if (_hasEnded || (_pending.TryPeek(out var oldest) && _clock.GetElapsedTime(oldest.Sent) > _timeout))
                    {
                        break;
                    }
                }
            }

            await _stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }
}
