using System.Diagnostics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Sessions;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Tells what this worker does: metrics of each step, spans of sampled ones, and a copy of those for the coordinator.</summary>
internal sealed class WorkerTelemetry(TrainingInstruments instruments, WorkerState state, TelemetryOptions options, TimeProvider clock)
{
    private const int NanosecondsPerTick = 100;

    /// <summary>A step was applied.</summary>
    public void StepApplied(StepRecord step, string worker)
    {
        if (StepSampling.ReasonOf(step, options.TraceEverySteps) is not { } reason)
        {
            instruments.StepApplied(step);
            return;
        }

        using (var activity = LightlyActivities.Training.StartActivity(
            TelemetrySpans.WorkerStep.Name, ActivityKind.Internal, TraceIdentity.OfStep(step.Job, step.Step), startTime: step.Times.Began))
        {
            // Within the span, so that a bucket of the histogram leads to the trace.
            instruments.StepApplied(step);
            if (activity is not null)
            {
                Describe(activity, step, worker, reason);
            }
        }

        state.Trace(Copy(step, reason));
    }

    /// <summary>Files were met that do not decode.</summary>
    public void BadFilesMet(int count) => instruments.BadFilesMet(count);

    /// <summary>Writes a checkpoint within a span.</summary>
    public async Task CheckpointAsync(string job, string worker, long step, Func<Task> writeAsync)
    {
        var start = clock.GetTimestamp();
        await SpanAsync(TelemetrySpans.Checkpoint, job, worker, step, async () =>
        {
            await writeAsync();
            return true;
        });
        instruments.CheckpointWritten(clock.GetElapsedTime(start));
    }

    /// <summary>Measures the backbone within a span.</summary>
    public static Task<T> EvaluateAsync<T>(string job, string worker, long step, Func<Task<T>> measureAsync) =>
        SpanAsync(TelemetrySpans.Evaluate, job, worker, step, measureAsync);

    private static async Task<T> SpanAsync<T>(SpanDefinition definition, string job, string worker, long step, Func<Task<T>> workAsync)
    {
        using var activity = LightlyActivities.Training.StartActivity(definition.Name);
        activity?.SetTag(TelemetryAttributes.JobId, job).SetTag(TelemetryAttributes.WorkerId, worker).SetTag(TelemetryAttributes.Step, step);
        return await workAsync();
    }

    private static void Describe(Activity activity, StepRecord step, string worker, string reason)
    {
        activity.SetTag(TelemetryAttributes.JobId, step.Job).SetTag(TelemetryAttributes.WorkerId, worker)
            .SetTag(TelemetryAttributes.Step, step.Step).SetTag(TelemetryAttributes.Generation, step.Generation)
            .SetTag(TelemetryAttributes.Shards, step.Shards).SetTag(TelemetryAttributes.SampledBecause, reason);
        foreach (var interval in step.Times.Intervals)
        {
            using var phase = LightlyActivities.Training.StartActivity(
                interval.Phase, ActivityKind.Internal, activity.Context, startTime: step.Times.Began + interval.Offset);
            phase?.SetEndTime((step.Times.Began + interval.End).UtcDateTime);
        }

        activity.SetEndTime((step.Times.Began + step.Duration).UtcDateTime);
    }

    private static StepTrace Copy(StepRecord step, string reason)
    {
        var memory = ProcessMemory.Read();
        return new()
        {
            JobId = step.Job,
            Step = step.Step,
            Generation = step.Generation,
            StartUnixNanoseconds = (step.Times.Began - DateTimeOffset.UnixEpoch).Ticks * NanosecondsPerTick,
            DurationNanoseconds = step.Duration.Ticks * NanosecondsPerTick,
            Shards = step.Shards,
            SampledBecause = reason,
            MemoryBytes = memory.Used,
            MemoryLimitBytes = memory.Limit,
            Phases =
            {
                step.Times.Intervals.Select(interval => new PhaseSpan
                {
                    Phase = interval.Phase,
                    OffsetNanoseconds = interval.Offset.Ticks * NanosecondsPerTick,
                    DurationNanoseconds = interval.Duration.Ticks * NanosecondsPerTick,
                }),
            },
        };
    }
}
