namespace LightlyCluster.Worker.Tasks.Local;

/// <summary>Ends a task with a message for the user and an exit code.</summary>
internal sealed class TaskException : Exception
{
    /// <summary>Ends a task as failed.</summary>
    public TaskException()
        : this("The task failed.")
    {
    }

    /// <summary>Ends a task: the request or the data cannot be used (exit code 2).</summary>
    public TaskException(string message)
        : base(message)
    {
    }

    /// <summary>Ends a task: the request or the data cannot be used (exit code 2), because of another error.</summary>
    public TaskException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What the shell is told.</summary>
    public int ExitCode { get; init; } = 2;
}
