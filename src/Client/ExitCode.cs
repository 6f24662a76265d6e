namespace LightlyCluster.Client;

/// <summary>What the <c>lightly</c> command answers to the shell.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>Something failed while running.</summary>
    Failure = 1,

    /// <summary>The command, the specification, the data or a checkpoint cannot be used.</summary>
    Usage = 2,

    /// <summary>There is no such job.</summary>
    NotFound = 3,

    /// <summary>A server or store cannot be reached, or did not answer in time.</summary>
    Unavailable = 4,

    /// <summary>Access was refused.</summary>
    Permission = 5,

    /// <summary>A condition does not hold: a port is in use, a job has ended.</summary>
    Precondition = 6,

    /// <summary>The job failed.</summary>
    JobFailed = 10,

    /// <summary>The job was cancelled.</summary>
    JobCancelled = 11,

    /// <summary>Ctrl-C.</summary>
    Interrupted = 130,
}
