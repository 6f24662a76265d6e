using System.Buffers.Binary;
using System.Net.Sockets;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Worker.Telemetry;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>
/// An open connection to a worker: requests go out one after the other, answers come in their order, and bytes are received straight
/// into the memory that waits for them.
/// </summary>
/// <remarks>A request that gets no answer ends as "not here", after reading has ended: no memory is written after its owner was told.</remarks>
internal sealed class PeerLink : IAsyncDisposable
{
    private const int SkippedAtOnce = 64 * 1024;

    /// <summary>Requests that wait and see no byte for so long: the other side is dead or stands, and its bytes count as gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private readonly Socket _socket;
    private readonly TransportInstruments _instruments;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Queue<PendingRead> _pending = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private readonly Task _watching;
    private SharedMemoryView? _memory;
    private long _progressAt;
    private bool _hasEnded;

    private PeerLink(Socket socket, TransportInstruments instruments, TimeProvider clock)
    {
        (_socket, _instruments, _clock) = (socket, instruments, clock);
        _reading = ReadAllAsync();
        _watching = WatchAsync();
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

    /// <summary>Connects by the first way that works, and lets both sides prove who they are.</summary>
    /// <returns>The connection, or why there is none.</returns>
    public static async Task<(PeerLink? Link, string Problem)> OpenAsync(
        PeerAddress address, string job, string incarnation, string secret, TransportInstruments instruments, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var problem = "";
        foreach (var endPoint in address.EndPoints())
        {
            using var limit = new CancellationTokenSource(Patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            var socket = PeerAddress.SocketFor(endPoint);
            try
            {
                await socket.ConnectAsync(endPoint, either.Token);
                if (await PeerHandshake.CallAsync(socket, job, incarnation, secret, either.Token))
                {
                    var link = new PeerLink(socket, instruments, clock);
                    if (endPoint is UnixDomainSocketEndPoint)
                    {
                        await link.OpenMemoryAsync(PeerKey.Memory(job, incarnation));
                    }

                    return (link, "");
                }

                problem = "it does not prove that it knows the job's secret";
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                problem = $"no answer within {Patience.TotalSeconds} s";
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                problem = error.Message;
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }

            socket.Dispose();
        }

        return (null, problem);
    }

    /// <summary>Copies what lies at a place of the other worker's memory: whoever asks checks its digest.</summary>
    /// <returns>False when this worker cannot read there, or the connection has ended; the destination then holds anything.</returns>
    public bool TryReadMemory(long place, Span<byte> destination)
    {
        if (_memory is null || HasEnded || !_memory.TryRead(place, destination))
        {
            return false;
        }

        _instruments.Received(JobVocabulary.TransportPeer, destination.Length);
        return true;
    }

    /// <summary>Reads a payload into <paramref name="destination"/>.</summary>
    /// <returns>False when it is not there, has another length, or the connection ends; the destination then holds anything.</returns>
    public async Task<bool> ReadAsync(string key, Memory<byte> destination)
    {
        var read = new PendingRead(destination);
        await _sending.WaitAsync();
        try
        {
            lock (_lock)
            {
                if (_hasEnded)
                {
                    return false;
                }

                if (_pending.Count == 0)
                {
                    Volatile.Write(ref _progressAt, _clock.GetTimestamp());
                }

                _pending.Enqueue(read);
            }

            await _socket.SendAllAsync(PeerFrame.Request(key), _stop.Token);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The reader notices too, and ends what waits.
            await _stop.CancelAsync();
        }
        finally
        {
            _sending.Release();
        }

        return await read.Completion;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _watching;
        _memory?.Dispose();
        _socket.Dispose();
        _sending.Dispose();
        _stop.Dispose();
    }

    private async Task OpenMemoryAsync(string key)
    {
        var location = new byte[PeerFrame.LocationBytes];
        if (await ReadAsync(key, location))
        {
            _memory = SharedMemoryView.TryOpen(PeerFrame.ReadLocation(location));
        }
    }

    private async Task ReadAllAsync()
    {
        try
        {
            var head = new byte[PeerFrame.AnswerHeadBytes];
            while (true)
            {
                await _socket.ReceiveAllAsync(head, Progress, _stop.Token);
                await ReadAnswerAsync(BinaryPrimitives.ReadInt32LittleEndian(head));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // What waits is told below.
        }

        PendingRead[] left;
        lock (_lock)
        {
            _hasEnded = true;
            left = [.. _pending];
            _pending.Clear();
        }

        await _stop.CancelAsync();
        Array.ForEach(left, read => read.Complete(isRead: false));
    }

    private async ValueTask ReadAnswerAsync(int length)
    {
        PendingRead? read;
        lock (_lock)
        {
            _pending.TryPeek(out read);
        }

        if (read is null || length is < -1 or > PeerFrame.PayloadBytesMaximum)
        {
            throw new IOException($"The other worker sent {length} bytes, which were not asked for.");
        }

        var isRead = length == read.Destination.Length;
        if (isRead)
        {
            await _socket.ReceiveAllAsync(read.Destination, Progress, _stop.Token);
            _instruments.Received(JobVocabulary.TransportPeer, length);
        }
        else
        {
            await SkipAsync(length);
        }

        lock (_lock)
        {
            _pending.Dequeue();
        }

        read.Complete(isRead);
    }

    private async ValueTask SkipAsync(int length)
    {
        var scratch = new byte[Math.Clamp(length, 0, SkippedAtOnce)];
        for (var left = length; left > 0; left -= scratch.Length)
        {
            await _socket.ReceiveAllAsync(scratch.AsMemory(0, Math.Min(left, scratch.Length)), Progress, _stop.Token);
        }
    }

    private void Progress(int count) => Volatile.Write(ref _progressAt, _clock.GetTimestamp());

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(BetweenLooks, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                bool isWaiting;
                lock (_lock)
                {
                    isWaiting = _pending.Count > 0;
                }

                if (isWaiting && _clock.GetElapsedTime(Volatile.Read(ref _progressAt)) > Patience)
                {
                    await _stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }
}
