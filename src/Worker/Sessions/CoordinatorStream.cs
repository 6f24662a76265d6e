using Google.Protobuf;
using Grpc.Core;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Hosting;

namespace LightlyCluster.Worker.Sessions;

/// <summary>Speaks with whichever coordinator leads: registration, and one stream at a time.</summary>
internal sealed class CoordinatorStream(WorkerOptions options, WorkerState state, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    private readonly CoordinatorAddresses _addresses = new(options.Coordinator);
    private CoordinatorChannel? _channel;
    private string _address = "";

    /// <summary>The address that is tried.</summary>
    public string Address => _addresses.Current;

    /// <summary>How often the worker says how it stands when nothing changes.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Announces an incarnation.</summary>
    /// <exception cref="RpcException">The coordinator is away or does not lead.</exception>
    public async Task<RegisterResponse> RegisterAsync(RegisterRequest registration, CancellationToken cancellationToken) =>
        await Client().RegisterAsync(registration, deadline: clock.GetUtcNow().UtcDateTime + CallTimeout, cancellationToken: cancellationToken);

    /// <summary>Takes the next address after an error. A refused token is read anew: the file may hold another one by now.</summary>
    public void MoveOn(RpcException error)
    {
        if (error.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            _channel?.Dispose();
            _channel = null;
        }

        _addresses.MoveOn(error);
    }

    /// <summary>Runs one stream until it ends, from either side.</summary>
    /// <param name="incarnation">Who this is.</param>
    /// <param name="sessionKey">The key of its registration.</param>
    /// <param name="take">Receives messages.</param>
    /// <param name="ending">Ends the stream in order.</param>
    /// <exception cref="RpcException">The coordinator is away, does not lead, or does not know the incarnation.</exception>
    public async Task RunAsync(string incarnation, string sessionKey, Func<SessionResponse, Task> take, CancellationToken ending)
    {
        using var session = Client().Session(cancellationToken: CancellationToken.None);
        await session.RequestStream.WriteAsync(new() { Hello = new() { Incarnation = incarnation, SessionKey = sessionKey } }, CancellationToken.None);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ending);
        var sending = SendAsync(session.RequestStream, stop.Token);
        try
        {
            while (await session.ResponseStream.MoveNext(CancellationToken.None))
            {
                await take(session.ResponseStream.Current);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sending;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _channel?.Dispose();

    private async Task SendAsync(IClientStreamWriter<SessionRequest> stream, CancellationToken ending)
    {
        var sentVersion = -1L;
        var sentAt = 0L;
        IMessage? last = null;
        try
        {
            while (!ending.IsCancellationRequested)
            {
                while (state.NextMessage() is { } message)
                {
                    await stream.WriteAsync(message, CancellationToken.None);
                }

                if (sentVersion != state.Version || clock.GetElapsedTime(sentAt) >= HeartbeatInterval || last is null)
                {
                    (sentVersion, sentAt) = (state.Version, clock.GetTimestamp());
                    var heartbeat = new SessionRequest { Heartbeat = state.Heartbeat() };
                    await stream.WriteAsync(heartbeat, CancellationToken.None);
                    last = heartbeat;
                }

                await Task.Delay(PollInterval, clock, ending);
            }
        }
        catch (OperationCanceledException)
        {
            // Asked to end.
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The stream has ended; the session comes again.
            return;
        }

        await CompleteAsync(stream);
    }

    private static async Task CompleteAsync(IClientStreamWriter<SessionRequest> stream)
    {
        try
        {
            await stream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private WorkerService.WorkerServiceClient Client()
    {
        if (_channel is null || _address != _addresses.Current)
        {
            _channel?.Dispose();
            _address = _addresses.Current;
            _channel = CoordinatorChannel.Open(new(_address), options.Connection, PingDelay);
        }

        return new(_channel.Invoker);
    }
}
