using System.Diagnostics;
using System.Diagnostics.Metrics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>Metrics of committed steps over the whole fleet.</summary>
internal sealed class JobInstruments(IMeterFactory meters)
{
    private readonly Counter<long> _steps = meters.Counter(TelemetryInstruments.FleetSteps);
    private readonly Counter<long> _images = meters.Counter(TelemetryInstruments.FleetImages);
    private readonly Histogram<double> _stepDuration = meters.Histogram(TelemetryInstruments.FleetStepDuration);
    private readonly Histogram<double> _phaseDuration = meters.Histogram(TelemetryInstruments.FleetPhaseDuration);

    /// <summary>A step was committed.</summary>
    /// <param name="row">The step.</param>
    /// <param name="method">The learning method.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="trace">The step's trace, where it is traced: the histogram's bucket leads to it.</param>
    public void StepCommitted(StepMetrics row, string method, int batchSize, ActivityContext? trace)
    {
        var tag = new KeyValuePair<string, object?>(TelemetryAttributes.Method, method);
        _steps.Add(1, tag);
        _images.Add(batchSize, tag);
        using (var current = trace is { } context ? Within(context) : null)
        {
            _stepDuration.Record(row.Seconds, tag);
        }

        foreach (var (phase, seconds) in row.Phases)
        {
            _phaseDuration.Record(seconds, tag, new KeyValuePair<string, object?>(TelemetryAttributes.Phase, phase));
        }
    }

    // Belongs to no source, so that it is never sent.
    private static Activity Within(ActivityContext context) =>
        new Activity(TelemetrySpans.FleetStep.Name).SetParentId(context.TraceId, context.SpanId, ActivityTraceFlags.Recorded).Start();
}
