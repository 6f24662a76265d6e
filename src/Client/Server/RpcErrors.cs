using Grpc.Core;

namespace LightlyCluster.Client.Server;

/// <summary>Turns errors of the server into exit codes and messages. The only place that does.</summary>
internal static class RpcErrors
{
    /// <summary>The error that ends the command.</summary>
    /// <param name="exception">What the call answered.</param>
    /// <param name="server">Address of the server.</param>
    public static CommandException Translate(RpcException exception, string server) => exception.StatusCode switch
    {
        StatusCode.InvalidArgument => new CommandException(ExitCode.Usage, exception.Status.Detail, exception),
        StatusCode.NotFound => new CommandException(ExitCode.NotFound, exception.Status.Detail, exception),
        StatusCode.Unavailable when IsConnection(exception) => new CommandException(
            ExitCode.Unavailable,
            $"No coordinator answers at {server}; start a fleet with `lightly up`, or name another one with --server or LIGHTLY_SERVER",
            exception),
        StatusCode.Unavailable => new CommandException(ExitCode.Unavailable, exception.Status.Detail, exception),
        StatusCode.DeadlineExceeded => new CommandException(ExitCode.Unavailable, $"The coordinator at {server} did not answer in time", exception),
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => new CommandException(ExitCode.Permission, exception.Status.Detail, exception),
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.Aborted =>
            new CommandException(ExitCode.Precondition, exception.Status.Detail, exception),
        _ => new CommandException(ExitCode.Failure, $"{exception.StatusCode}: {exception.Status.Detail}", exception),
    };

    /// <summary>True where repeating the call may help.</summary>
    public static bool IsTransient(RpcException exception) =>
        exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal;

    private static bool IsConnection(RpcException exception) => exception.Status.DebugException is not null;
}
