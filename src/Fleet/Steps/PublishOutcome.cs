namespace LightlyCluster.Fleet.Steps;

/// <summary>How a fenced write to a running step ended.</summary>
public enum PublishOutcome
{
    /// <summary>Written, or already there with the same digest.</summary>
    Accepted,

    /// <summary>Written, and the step is now committed.</summary>
    Committed,

    /// <summary>The step was committed before; repeating a commit after a lost reply ends here. A success.</summary>
    AlreadyCommitted,

    /// <summary>The generation or the incarnation is of the past: read the plan and repeat.</summary>
    Stale,

    /// <summary>The job is not running.</summary>
    NotRunning,

    /// <summary>The step is ahead of the log: read the job and repeat.</summary>
    Future,
}
