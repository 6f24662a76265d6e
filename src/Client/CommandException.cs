namespace LightlyCluster.Client;

/// <summary>Ends a command with one clear message (or several lines) and an exit code.</summary>
internal sealed class CommandException : Exception
{
    /// <summary>Ends a command as failed.</summary>
    public CommandException()
        : this(ExitCode.Failure, "The command failed.")
    {
    }

    /// <summary>Ends a command as a usage error.</summary>
    public CommandException(string message)
        : this(ExitCode.Usage, message)
    {
    }

    /// <summary>Ends a command as a usage error, because of another error.</summary>
    public CommandException(string message, Exception innerException)
        : this(ExitCode.Usage, message, innerException)
    {
    }

    /// <summary>Ends a command as a usage error with several lines.</summary>
    public CommandException(IEnumerable<string> lines)
        : this(ExitCode.Usage, string.Join('\n', lines))
    {
    }

    /// <summary>Ends a command with the given exit code.</summary>
    public CommandException(ExitCode exitCode, string message)
        : base(message) => ExitCode = exitCode;

    /// <summary>Ends a command with the given exit code, because of another error.</summary>
    public CommandException(ExitCode exitCode, string message, Exception innerException)
        : base(message, innerException) => ExitCode = exitCode;

    /// <summary>What the shell is told.</summary>
    public ExitCode ExitCode { get; }
}
