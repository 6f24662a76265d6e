namespace LightlyCluster.Fleet.Stores;

/// <summary>Wakes a waiter when something may have changed. Hints only: whoever waits reads the store again at least every 200 ms.</summary>
public interface IJobEvents : IAsyncDisposable
{
    /// <summary>The longest wait before the store is read again.</summary>
    static TimeSpan LongestWait { get; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for a hint, at most <paramref name="longest"/>.</summary>
    /// <returns>Whether there was a hint.</returns>
    Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken);

    /// <summary>Gives the waiter a hint from this process: something came by another way than the store.</summary>
    void Wake();

    /// <summary>Waits for a hint, at most <see cref="LongestWait"/>.</summary>
    Task<bool> WaitAsync(CancellationToken cancellationToken) => WaitAsync(LongestWait, cancellationToken);
}
