using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Wakes a waiter when something may have changed. Hints only: whoever waits reads the store again at least every 200 ms.</summary>
public sealed class JobEvents : IAsyncDisposable
{
    /// <summary>The longest wait before the store is read again.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly ISubscriber _subscriber;
    private readonly RedisChannel _channel;

    private JobEvents(ISubscriber subscriber, RedisChannel channel)
    {
        _subscriber = subscriber;
        _channel = channel;
    }

    /// <summary>Waits for a hint, at most <paramref name="longest"/>.</summary>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _signal.WaitAsync(longest, cancellationToken);

    /// <summary>Waits for a hint, at most <see cref="LongestWait"/>.</summary>
    public Task<bool> WaitAsync(CancellationToken cancellationToken) => WaitAsync(LongestWait, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _subscriber.UnsubscribeAsync(_channel, OnMessage);
        _signal.Dispose();
    }

    internal static async Task<JobEvents> SubscribeAsync(ISubscriber subscriber, string channel)
    {
        var events = new JobEvents(subscriber, RedisChannel.Literal(channel));
        await subscriber.SubscribeAsync(events._channel, events.OnMessage);
        return events;
    }

    private void OnMessage(RedisChannel channel, RedisValue message)
    {
        try
        {
            _signal.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // One hint is already waiting to be seen, or nobody listens any more.
        }
    }
}
