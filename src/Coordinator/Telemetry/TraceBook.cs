using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>The newest traced steps, as workers tell them, and the roots of their traces.</summary>
internal sealed class TraceBook(TimeProvider clock)
{
    private const int StepsMaximum = 300;
    private const int PartsMaximum = 64;
    private const int PhasesMaximum = 256;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Job, long Step), SampledStep> _steps = [];
    private readonly Queue<(string Job, long Step)> _order = new();

    /// <summary>Takes a worker's part; what is too large or comes twice is dropped.</summary>
    public void Take(string worker, StepTrace trace)
    {
        if (trace.Phases.Count > PhasesMaximum || trace.DurationNanoseconds < 0 || trace.JobId.Length is 0 or > 63)
        {
            return;
        }

        var key = (trace.JobId, trace.Step);
        lock (_lock)
        {
            if (!_steps.TryGetValue(key, out var step))
            {
                step = new(trace.JobId, trace.Step, clock.GetTimestamp(), [], IsSent: false);
                _order.Enqueue(key);
                if (_order.Count > StepsMaximum)
                {
                    _steps.Remove(_order.Dequeue());
                }
            }

            if (step.Parts.Count < PartsMaximum && step.Parts.All(part => part.Worker != worker))
            {
                _steps[key] = step with { Parts = [.. step.Parts, (worker, trace)] };
            }
        }
    }

    /// <summary>Whether a part of a step has come.</summary>
    public bool Knows(string job, long step)
    {
        lock (_lock)
        {
            return _steps.ContainsKey((job, step));
        }
    }

    /// <summary>The traced steps of a job, the oldest first.</summary>
    public IReadOnlyList<SampledStep> Of(string job)
    {
        lock (_lock)
        {
            return [.. _steps.Values.Where(step => step.Job == job).OrderBy(step => step.Step)];
        }
    }

    /// <summary>Sends the roots of traces whose parts have had time to come.</summary>
    /// <param name="recordOf">The record of a job; null when it is not known.</param>
    public void Settle(Func<string, JobRecord?> recordOf)
    {
        SampledStep[] due;
        lock (_lock)
        {
            due = [.. _steps.Values.Where(step => !step.IsSent && step.Parts.Count > 0 && clock.GetElapsedTime(step.HeardAt) > Settling)];
            Array.ForEach(due, step => _steps[(step.Job, step.Step)] = step with { IsSent = true });
        }

        foreach (var step in due.OrderBy(step => step.Step))
        {
            Send(step, recordOf(step.Job));
        }
    }

    private static void Send(SampledStep step, JobRecord? job)
    {
        var began = DateTimeOffset.UnixEpoch.AddTicks(step.StartNanoseconds / TimeSpan.NanosecondsPerTick);
        var epoch = job is { StepsPerEpoch: > 0 } ? step.Step / job.StepsPerEpoch : 0;
        using var activity = RootActivity.Start(
            LightlyActivities.Jobs, TelemetrySpans.FleetStep.Name, TraceIdentity.OfStep(step.Job, step.Step), began,
            [new(TraceIdentity.OfEpoch(step.Job, epoch)), .. JobSpans.LinksTo(job)]);
        activity?.SetTag(TelemetryAttributes.JobId, step.Job).SetTag(TelemetryAttributes.Step, step.Step).SetTag(TelemetryAttributes.Epoch, epoch)
            .SetTag(TelemetryAttributes.SampledBecause, step.Reason)
            .SetEndTime(began.AddTicks(step.DurationNanoseconds / TimeSpan.NanosecondsPerTick).UtcDateTime);
    }
}
