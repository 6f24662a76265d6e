using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>A job at one moment, as all who follow it see it. Immutable.</summary>
/// <param name="Record">The job in META; null when it is gone.</param>
/// <param name="Snapshot">The job as clients see it.</param>
/// <param name="View">What of the job is told anew when it changes.</param>
/// <param name="Steps">The newest committed steps, in order, without gaps.</param>
/// <param name="Lines">The newest lines of its log, in order, without gaps.</param>
internal sealed record FeedState(JobRecord? Record, TrainingJob? Snapshot, string View, IReadOnlyList<StepMetrics> Steps, IReadOnlyList<LogLine> Lines)
{
    /// <summary>Before the first look.</summary>
    public static FeedState Nothing { get; } = new(null, null, "", [], []);

    /// <summary>Whether the job has ended or paused, so that nothing more comes.</summary>
    public bool IsOver => Record is { HasEnded: true } or { State: Fleet.Jobs.JobState.Paused };

    /// <summary>Whether the job is over and every worker has been written off: the snapshot is the last one.</summary>
    public bool IsComplete => IsOver && Snapshot!.Result.Workers.All(worker => worker.Left is not null);
}
