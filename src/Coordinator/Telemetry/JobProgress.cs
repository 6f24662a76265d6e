using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>The newest steps of one job that has not ended, as this coordinator has seen them.</summary>
internal sealed class JobProgress(string id, string specification, TimeProvider clock)
{
    /// <summary>Steps that averages are made of.</summary>
    private const int RecentMaximum = 64;

    private readonly Lock _lock = new();
    private readonly Queue<StepMetrics> _recent = new();

    /// <summary>The job.</summary>
    public string Id => id;

    /// <summary>What it is.</summary>
    public JobSpecification Specification { get; } = JobSpecificationJson.Read(specification);

    /// <summary>The job as META had it last.</summary>
    public JobRecord? Record { get; set; }

    /// <summary>Rows that were read; null before the first reading.</summary>
    public long? RowsRead { get; set; }

    /// <summary>When the newest row came.</summary>
    public DateTimeOffset ProgressedAt { get; private set; } = clock.GetUtcNow();

    /// <summary>The newest row; null before the first.</summary>
    public StepMetrics? Newest { get; private set; }

    /// <summary>The newest rows, the oldest first.</summary>
    public IReadOnlyList<StepMetrics> Recent
    {
        get
        {
            lock (_lock)
            {
                return [.. _recent];
            }
        }
    }

    /// <summary>Median seconds of the newest steps; 0 before the first.</summary>
    public double MedianSeconds => Recent is { Count: > 0 } rows ? rows.Select(row => row.Seconds).Order().ElementAt(rows.Count / 2) : 0;

    /// <summary>Images a second over the newest steps; 0 before the first.</summary>
    public double ImagesPerSecond =>
        Recent is { Count: > 0 } rows && rows.Sum(row => row.Seconds) is var seconds and > 0
            ? (double)rows.Count * Specification.StepImages / seconds
            : 0;

    /// <summary>Share of each phase in the time of the newest steps.</summary>
    public IReadOnlyDictionary<string, double> PhaseShares
    {
        get
        {
            var rows = Recent;
            var seconds = rows.Sum(row => row.Seconds);
            return seconds <= 0 ? [] : rows.SelectMany(row => row.Phases).GroupBy(phase => phase.Key, StringComparer.Ordinal)
                .ToDictionary(phase => phase.Key, phase => phase.Sum(pair => pair.Value) / seconds, StringComparer.Ordinal);
        }
    }

    /// <summary>Takes a row.</summary>
    public void Take(StepMetrics row)
    {
        lock (_lock)
        {
            _recent.Enqueue(row);
            if (_recent.Count > RecentMaximum)
            {
                _recent.Dequeue();
            }
        }

        (Newest, ProgressedAt) = (row, clock.GetUtcNow());
    }
}
