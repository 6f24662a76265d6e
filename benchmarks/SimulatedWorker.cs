using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Benchmarks;

/// <summary>A worker as the coordinator sees it: registration, stream, heartbeats, lease; it computes nothing.</summary>
internal sealed class SimulatedWorker(string id, GrpcChannel channel, RedisFleetStore store) : IAsyncDisposable
{
    /// <summary>The numeric class of all of them.</summary>
    public const string NumericClass = "simulated";

    private readonly WorkerService.WorkerServiceClient _client = new(channel);
    private readonly CancellationTokenSource _abort = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private WorkerHeartbeat _heartbeat = new() { Step = -1, Status = "Idle" };
    private Task _life = Task.CompletedTask;

    /// <summary>The job that it was given; empty for none.</summary>
    public string Job { get; private set; } = "";

    /// <summary>When it was last told about a generation, as a timestamp; null: not since this was reset.</summary>
    public long? ToldAt { get; set; }

    /// <summary>How often it was asked to renew its lease.</summary>
    public TimeSpan Renewal { get; private set; }

    private string Incarnation => $"{id}-1";

    /// <summary>Registers and opens the stream.</summary>
    public async Task ConnectAsync(CancellationToken stop)
    {
        var answer = await _client.RegisterAsync(
            new() { WorkerId = id, Incarnation = Incarnation, Host = "simulated", Device = "cpu", NumericClass = NumericClass },
            deadline: DateTime.UtcNow.AddSeconds(60),
            cancellationToken: stop);
        Renewal = TimeSpan.FromMilliseconds(answer.LeaseRenewMilliseconds);
        await store.Leases.RenewAsync(Incarnation, TimeSpan.FromMilliseconds(answer.LeaseMilliseconds));
        var session = _client.Session(cancellationToken: _abort.Token);
        await session.RequestStream.WriteAsync(new() { Hello = new() { Incarnation = Incarnation } }, CancellationToken.None);
        _life = LiveAsync(session, TimeSpan.FromMilliseconds(answer.LeaseMilliseconds), stop);
    }

    /// <summary>Closes the stream without a word.</summary>
    public void Abort() => _abort.Cancel();

    /// <summary>Closes the stream and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await _life;
        _abort.Dispose();
        _changed.Dispose();
    }

    private static void Wake(SemaphoreSlim signal)
    {
        if (signal.CurrentCount == 0)
        {
            signal.Release();
        }
    }

    private async Task LiveAsync(AsyncDuplexStreamingCall<SessionRequest, SessionResponse> session, TimeSpan lease, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _abort.Token);
        var listening = ListenAsync(session, either.Token);
        try
        {
            while (!either.IsCancellationRequested)
            {
                await session.RequestStream.WriteAsync(new() { Heartbeat = _heartbeat }, either.Token);
                if (!await _changed.WaitAsync(Renewal, either.Token))
                {
                    await store.Leases.RenewAsync(Incarnation, lease);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException or IOException or InvalidOperationException)
        {
            // The end of this worker.
        }

        await listening;
        session.Dispose();
    }

    private async Task ListenAsync(AsyncDuplexStreamingCall<SessionRequest, SessionResponse> session, CancellationToken stop)
    {
        try
        {
            while (await session.ResponseStream.MoveNext(stop))
            {
                var message = session.ResponseStream.Current;
                if (message.Assign is { } assign)
                {
                    Job = assign.JobId;
                    _heartbeat = new() { JobId = Job, Step = 0, Status = "Ready" };
                    Wake(_changed);
                }
                else if (message.Generation is not null)
                {
                    ToldAt = Stopwatch.GetTimestamp();
                    _heartbeat = new() { JobId = Job, Step = 0, Status = "Training" };
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException or IOException or InvalidOperationException)
        {
            // The end of this worker.
        }
    }
}
