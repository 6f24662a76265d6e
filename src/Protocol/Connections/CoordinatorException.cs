using Google.Rpc;
using Grpc.Core;

namespace LightlyCluster.Protocol.Connections;

/// <summary>A call that a coordinator refused, or that none answered.</summary>
public sealed class CoordinatorException : Exception
{
    /// <summary>Creates the exception.</summary>
    public CoordinatorException()
        : this("The call failed.")
    {
    }

    /// <summary>Creates the exception with a message for people.</summary>
    public CoordinatorException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for people and its cause.</summary>
    public CoordinatorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception from the answer of a call.</summary>
    /// <param name="error">The answer.</param>
    /// <param name="server">Who was called.</param>
    public CoordinatorException(RpcException error, string server)
        : base(error.Status.Detail, error)
    {
        Server = server;
        StatusCode = error.StatusCode;
        IsUnreachable = error.StatusCode == StatusCode.Unavailable && error.Status.DebugException is not null;
        var details = error.GetRpcStatus();
        Reason = details?.GetDetail<ErrorInfo>()?.Reason ?? "";
        RetryAfter = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
        Violations = [.. (details?.GetDetail<BadRequest>()?.FieldViolations.AsEnumerable() ?? []).Select(violation => (violation.Field, violation.Description))];
    }

    /// <summary>Who was called.</summary>
    public string Server { get; } = "";

    /// <summary>The gRPC status.</summary>
    public StatusCode StatusCode { get; } = StatusCode.Unknown;

    /// <summary>CamelCase word for programs (JobNotFound, TokenExpired, QuotaExceeded, ...); empty where there is none.</summary>
    public string Reason { get; } = "";

    /// <summary>Whether no coordinator was reached at all.</summary>
    public bool IsUnreachable { get; }

    /// <summary>When a repeat is worth it; null where nobody said.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Fields of the request that cannot be used, and what is allowed.</summary>
    public IReadOnlyList<(string Field, string Description)> Violations { get; } = [];

    /// <summary>Whether repeating the call may help.</summary>
    public bool IsTransient => StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal || Reason is "NotLeader" or "SlowReader";
}
