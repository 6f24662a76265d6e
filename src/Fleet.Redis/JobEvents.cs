using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>Wakes a waiter when something may have changed. Hints only: whoever waits reads the store again at least every 200 ms.</summary>
internal sealed class JobEvents : IJobEvents
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly ISubscriber _subscriber;
    private readonly RedisChannel _channel;

    private JobEvents(ISubscriber subscriber, RedisChannel channel)
    {
        _subscriber = subscriber;
        _channel = channel;
    }

    /// <inheritdoc/>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _signal.WaitAsync(longest, cancellationToken);

    /// <inheritdoc/>
    public void Wake()
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

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _subscriber.UnsubscribeAsync(_channel, OnMessage);
        _signal.Dispose();
    }

    internal static async Task<JobEvents> SubscribeAsync(ISubscriber subscriber, string channel)
    {
        var events = new JobEvents(subscriber, RedisChannel.Literal(channel));
        await subscriber.SubscribeAsync(events._channel, events.OnMessage).OrStoreErrorAsync();
        return events;
    }

    private void OnMessage(RedisChannel channel, RedisValue message) => Wake();
}
