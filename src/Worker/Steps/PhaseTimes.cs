namespace LightlyCluster.Worker.Steps;

/// <summary>Where a step's time went: seconds by phase, and when each phase ran.</summary>
internal sealed class PhaseTimes(TimeProvider clock)
{
    /// <summary>Intervals beyond these are counted by their seconds only.</summary>
    private const int IntervalsMaximum = 256;

    /// <summary>Two intervals of a phase with less than this between them are one.</summary>
    private static readonly TimeSpan SmallestGap = TimeSpan.FromMilliseconds(0.5);

    private readonly SortedDictionary<string, double> _seconds = new(StringComparer.Ordinal);
    private readonly List<PhaseInterval> _intervals = [];
    private readonly long _start = clock.GetTimestamp();

    /// <summary>When the step began, by the wall clock.</summary>
    public DateTimeOffset Began { get; } = clock.GetUtcNow();

    /// <summary>Seconds by phase.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    /// <summary>When each phase ran; phases may overlap.</summary>
    public IReadOnlyList<PhaseInterval> Intervals
    {
        get
        {
            lock (_seconds)
            {
                return [.. _intervals];
            }
        }
    }

    /// <summary>Runs work and adds its time to a phase.</summary>
    public T Measure<T>(string phase, Func<T> work)
    {
        var start = clock.GetTimestamp();
        try
        {
            return work();
        }
        finally
        {
            Add(phase, start);
        }
    }

    /// <summary>Runs work and adds its time to a phase.</summary>
    public async Task<T> MeasureAsync<T>(string phase, Func<Task<T>> work)
    {
        var start = clock.GetTimestamp();
        try
        {
            return await work();
        }
        finally
        {
            Add(phase, start);
        }
    }

    /// <summary>Seconds of one phase.</summary>
    public double Of(string phase) => _seconds.GetValueOrDefault(phase);

    private void Add(string phase, long start)
    {
        var offset = clock.GetElapsedTime(_start, start);
        var duration = clock.GetElapsedTime(start);
        lock (_seconds)
        {
            _seconds[phase] = _seconds.GetValueOrDefault(phase) + duration.TotalSeconds;
            if (_intervals.Count > 0 && _intervals[^1] is var last && last.Phase == phase && offset - last.End < SmallestGap)
            {
                _intervals[^1] = last with { Duration = offset + duration - last.Offset };
            }
            else if (_intervals.Count < IntervalsMaximum)
            {
                _intervals.Add(new(phase, offset, duration));
            }
        }
    }
}
