namespace LightlyCluster.Fleet.Jobs;

/// <summary>The life of a job.</summary>
public enum JobState
{
    /// <summary>Admitted; waits for its minimum of workers.</summary>
    Queued = 0,

    /// <summary>Steps are being committed.</summary>
    Running = 1,

    /// <summary>Checkpointed and at rest; can be resumed.</summary>
    Paused = 2,

    /// <summary>Every planned step is committed.</summary>
    Succeeded = 3,

    /// <summary>Ended by an error that repeating does not cure.</summary>
    Failed = 4,

    /// <summary>Ended by its owner.</summary>
    Cancelled = 5,
}
