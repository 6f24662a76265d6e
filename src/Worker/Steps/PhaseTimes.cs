namespace LightlyCluster.Worker.Steps;

/// <summary>Where a step's time went, in seconds by phase.</summary>
internal sealed class PhaseTimes(TimeProvider clock)
{
    private readonly SortedDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <summary>Seconds by phase.</summary>
    public IReadOnlyDictionary<string, double> Seconds => _seconds;

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
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        lock (_seconds)
        {
            _seconds[phase] = _seconds.GetValueOrDefault(phase) + seconds;
        }
    }
}
