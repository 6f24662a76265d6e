using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Protocol;

/// <summary>Between the state on the wire and the one that is worked with.</summary>
public static class JobStateMapping
{
    /// <summary>The state of a job; an unspecified one counts as queued.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A state of a later version.</exception>
    public static JobState FromWire(TrainingJob.Types.State state) => state switch
    {
        TrainingJob.Types.State.Unspecified or TrainingJob.Types.State.Queued => JobState.Queued,
        TrainingJob.Types.State.Running => JobState.Running,
        TrainingJob.Types.State.Paused => JobState.Paused,
        TrainingJob.Types.State.Succeeded => JobState.Succeeded,
        TrainingJob.Types.State.Failed => JobState.Failed,
        TrainingJob.Types.State.Cancelled => JobState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown job state; use a client of the server's version."),
    };

    /// <summary>The state on the wire.</summary>
    public static TrainingJob.Types.State ToWire(JobState state) => state switch
    {
        JobState.Queued => TrainingJob.Types.State.Queued,
        JobState.Running => TrainingJob.Types.State.Running,
        JobState.Paused => TrainingJob.Types.State.Paused,
        JobState.Succeeded => TrainingJob.Types.State.Succeeded,
        JobState.Failed => TrainingJob.Types.State.Failed,
        JobState.Cancelled => TrainingJob.Types.State.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };
}
