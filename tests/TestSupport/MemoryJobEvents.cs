using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>Hints about a job, from the same process.</summary>
internal sealed class MemoryJobEvents(TimeProvider clock, Action<MemoryJobEvents> unsubscribe) : IJobEvents
{
    private TaskCompletionSource<bool>? _waiter;
    private bool _isHinted;

    /// <inheritdoc/>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isHinted)
        {
            _isHinted = false;
            return true;
        }

        var waiter = new TaskCompletionSource<bool>();
        _waiter = waiter;
        await using var timer = clock.CreateTimer(_ => waiter.TrySetResult(false), null, longest, Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken));
        try
        {
            return await waiter.Task;
        }
        finally
        {
            _waiter = null;
        }
    }

    /// <inheritdoc/>
    public void Wake() => Hint();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        unsubscribe(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Wakes the waiter, or the next one.</summary>
    internal void Hint()
    {
        if (_waiter is null || !_waiter.TrySetResult(true))
        {
            _isHinted = true;
        }
    }
}
