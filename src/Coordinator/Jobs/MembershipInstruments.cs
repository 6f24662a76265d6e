using System.Diagnostics.Metrics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Metrics of membership: generations, losses, and how long recovery takes.</summary>
internal sealed class MembershipInstruments(IMeterFactory meters)
{
    private readonly Counter<long> _generations = meters.Counter(TelemetryInstruments.Generations);
    private readonly Histogram<double> _queued = meters.Histogram(TelemetryInstruments.JobQueueDuration);
    private readonly Counter<long> _lost = meters.Counter(TelemetryInstruments.Lost);
    private readonly Histogram<double> _detection = meters.Histogram(TelemetryInstruments.Detection);
    private readonly Histogram<double> _recovery = meters.Histogram(TelemetryInstruments.Recovered);

    /// <summary>A job has started for the first time.</summary>
    public void JobStarted(double secondsInQueue) => _queued.Record(secondsInQueue);

    /// <summary>A generation began.</summary>
    public void GenerationBegan(string reason) => _generations.Add(1, new KeyValuePair<string, object?>(TelemetryAttributes.Reason, reason));

    /// <summary>A member was lost.</summary>
    public void MemberLost(string cause, double detectionSeconds)
    {
        var tag = new KeyValuePair<string, object?>(TelemetryAttributes.Cause, cause);
        _lost.Add(1, tag);
        _detection.Record(detectionSeconds, tag);
    }

    /// <summary>The step after a loss was committed.</summary>
    public void Recovered(string cause, double seconds) =>
        _recovery.Record(seconds, new KeyValuePair<string, object?>(TelemetryAttributes.Cause, cause));
}
