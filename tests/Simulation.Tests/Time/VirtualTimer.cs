namespace LightlyCluster.Simulation.Tests.Time;

/// <summary>A timer of virtual time.</summary>
internal sealed class VirtualTimer(Scheduler scheduler, TimerCallback callback, object? state) : ITimer
{
    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    /// <summary>Number of the newest setting; older entries in the queue are void.</summary>
    public long Number { get; set; }

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Number = 0;
        _period = period;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            scheduler.Add(this, dueTime);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => Number = 0;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Fire()
    {
        Number = 0;
        if (_period != Timeout.InfiniteTimeSpan && _period > TimeSpan.Zero)
        {
            scheduler.Add(this, _period);
        }

        callback(state);
    }
}
