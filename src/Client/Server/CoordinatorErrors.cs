using System.Security.Authentication;
using Grpc.Core;
using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Client.Server;

/// <summary>Turns errors of a coordinator into exit codes and messages. The only place that does.</summary>
internal static class CoordinatorErrors
{
    /// <summary>The error that ends the command.</summary>
    public static CommandException Translate(CoordinatorException error) => error.StatusCode switch
    {
        _ when IsDistrust(error) => new CommandException(
            ExitCode.Permission,
            $"The certificate of {error.Server} is not trusted; name the PEM file of its authority with --tls-ca, and call it by a name that the certificate holds",
            error),
        StatusCode.Unavailable when error.IsUnreachable => new CommandException(
            ExitCode.Unavailable,
            $"No coordinator answers at {error.Server}; start a fleet with `lightly up`, or name another one with --server or {ServerFlags.ServerVariable}"
                + (error.Server.StartsWith("http://", StringComparison.Ordinal) ? " (https://HOST:PORT where it has a certificate)" : ""),
            error),
        StatusCode.DeadlineExceeded => new CommandException(ExitCode.Unavailable, $"The coordinator at {error.Server} did not answer in time", error),
        _ => new CommandException(ExitCodeOf(error), error.StatusCode == StatusCode.Unknown ? $"{error.Server}: {error.Message}" : error.Message, error),
    };

    private static ExitCode ExitCodeOf(CoordinatorException error) => error.StatusCode switch
    {
        StatusCode.InvalidArgument => ExitCode.Usage,
        StatusCode.NotFound => ExitCode.NotFound,
        StatusCode.Unavailable => ExitCode.Unavailable,
        StatusCode.ResourceExhausted when error.RetryAfter is not null => ExitCode.Unavailable,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => ExitCode.Permission,
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.ResourceExhausted => ExitCode.Precondition,
        _ => ExitCode.Failure,
    };

    private static bool IsDistrust(CoordinatorException error)
    {
        for (var cause = (error.InnerException as RpcException)?.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return true;
            }
        }

        return false;
    }
}
