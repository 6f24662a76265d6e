using System.Diagnostics;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>Spans of a job's life beside its steps.</summary>
internal static class JobSpans
{
    /// <summary>Field of a job's record: the context of job.create, as W3C writes it.</summary>
    public const string ContextField = "traceParent";

    /// <summary>Begins the span of an admission.</summary>
    public static Activity? Create() => LightlyActivities.Jobs.StartActivity(TelemetrySpans.Create.Name);

    /// <summary>Sends the span of a job's time in the queue.</summary>
    public static void Started(JobRecord job, long generation, DateTimeOffset now)
    {
        if (ContextOf(job) is not { } created)
        {
            return;
        }

        using var activity = LightlyActivities.Jobs.StartActivity(
            TelemetrySpans.Schedule.Name, ActivityKind.Internal, created, startTime: DateTimeOffset.FromUnixTimeMilliseconds(job.Created));
        activity?.SetTag(TelemetryAttributes.JobId, job.Id).SetTag(TelemetryAttributes.Generation, generation).SetEndTime(now.UtcDateTime);
    }

    /// <summary>Sends the span of a loss whose next commit is there.</summary>
    public static void Recovered(string job, LossRecord loss, DateTimeOffset now)
    {
        var seconds = TimeSpan.FromSeconds(loss.DetectionSeconds + (loss.Seconds ?? 0));
        using var activity = LightlyActivities.Jobs.StartActivity(
            TelemetrySpans.Recovery.Name, ActivityKind.Internal, TraceIdentity.OfStep(job, loss.Step), startTime: now - seconds);
        activity?.SetTag(TelemetryAttributes.JobId, job).SetTag(TelemetryAttributes.WorkerId, loss.Worker)
            .SetTag(TelemetryAttributes.Cause, loss.Cause).SetTag(TelemetryAttributes.Step, loss.Step).SetEndTime(now.UtcDateTime);
    }

    /// <summary>A link to the admission of a job; none where it was not traced.</summary>
    public static IEnumerable<ActivityLink> LinksTo(JobRecord? job) => job is not null && ContextOf(job) is { } created ? [new(created)] : [];

    private static ActivityContext? ContextOf(JobRecord job) =>
        ActivityContext.TryParse(job.Field(ContextField), traceState: null, isRemote: true, out var context) ? context : null;
}
