using System.Diagnostics.Metrics;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Observability;

/// <summary>The store as a process meets it.</summary>
public sealed class StoreInstruments(IMeterFactory meters)
{
    private readonly Histogram<double> _renewals = meters.Histogram(TelemetryInstruments.LeaseRenewalDuration);
    private readonly Counter<long> _errors = meters.Counter(TelemetryInstruments.StoreErrors);

    /// <summary>A lease was renewed.</summary>
    public void LeaseRenewed(TimeSpan duration) => _renewals.Record(duration.TotalSeconds);

    /// <summary>A call failed.</summary>
    /// <param name="isFull">Whether the store has no room; otherwise it did not answer.</param>
    public void Failed(bool isFull) =>
        _errors.Add(1, new KeyValuePair<string, object?>(TelemetryAttributes.ErrorType, isFull ? "full" : "unavailable"));
}
