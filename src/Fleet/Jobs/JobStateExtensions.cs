namespace LightlyCluster.Fleet.Jobs;

/// <summary>Questions about the life of a job.</summary>
public static class JobStateExtensions
{
    /// <summary>True once the job can never commit another step.</summary>
    public static bool HasEnded(this JobState state) =>
        state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;
}
