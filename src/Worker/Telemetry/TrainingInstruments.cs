using System.Diagnostics.Metrics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Metrics of what this worker computes.</summary>
internal sealed class TrainingInstruments(IMeterFactory meters)
{
    private readonly Counter<long> _steps = meters.Counter(TelemetryInstruments.TrainingSteps);
    private readonly Counter<long> _images = meters.Counter(TelemetryInstruments.TrainingImages);
    private readonly Counter<long> _shards = meters.Counter(TelemetryInstruments.TrainingShards);
    private readonly Counter<long> _badFiles = meters.Counter(TelemetryInstruments.BadFiles);
    private readonly Histogram<double> _stepDuration = meters.Histogram(TelemetryInstruments.TrainingStepDuration);
    private readonly Histogram<double> _phaseDuration = meters.Histogram(TelemetryInstruments.TrainingPhaseDuration);
    private readonly Histogram<double> _checkpointDuration = meters.Histogram(TelemetryInstruments.CheckpointDuration);

    /// <summary>A step was applied.</summary>
    public void StepApplied(StepRecord step)
    {
        var method = new KeyValuePair<string, object?>(TelemetryAttributes.Method, step.Method);
        _steps.Add(1, method);
        _shards.Add(step.Shards, method);
        _images.Add((long)step.Shards * step.ShardImages, method);
        _stepDuration.Record(step.Duration.TotalSeconds, method);
        foreach (var (phase, seconds) in step.Times.Seconds)
        {
            _phaseDuration.Record(seconds, method, new KeyValuePair<string, object?>(TelemetryAttributes.Phase, phase));
        }
    }

    /// <summary>A checkpoint was written.</summary>
    public void CheckpointWritten(TimeSpan duration) => _checkpointDuration.Record(duration.TotalSeconds);

    /// <summary>Files were met that do not decode.</summary>
    public void BadFilesMet(int count) => _badFiles.Add(count);
}
