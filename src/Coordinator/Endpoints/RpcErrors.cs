using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>The only place where gRPC status codes are chosen.</summary>
internal static class RpcErrors
{
    private const string Domain = "lightlycluster.dev";

    /// <summary>UNAUTHENTICATED: nobody knows who calls.</summary>
    public static RpcException NobodyKnown(AccessRefusal refusal) => Make(
        refusal == AccessRefusal.ForeignHost ? Code.PermissionDenied : Code.Unauthenticated,
        refusal switch
        {
            AccessRefusal.TokenExpired => "The token has expired. Ask the operator for a new one (`lightly token create`).",
            AccessRefusal.TokenUnknown => "The token is not known here. Check --token-file or LIGHTLY_TOKEN, or ask the operator for a new one.",
            AccessRefusal.ForeignHost => "This coordinator serves its own machine only; call it as localhost or 127.0.0.1.",
            _ => "This coordinator asks for a token. Give it with --token-file FILE or LIGHTLY_TOKEN (other clients: the header 'authorization: Bearer TOKEN').",
        },
        new ErrorInfo { Domain = Domain, Reason = refusal.ToString() });

    /// <summary>PERMISSION_DENIED: the caller's role may not do this.</summary>
    public static RpcException NotAllowed(Role role, Role? needed) => Make(
        Code.PermissionDenied,
        needed is null ? "Nobody may call this method." : $"Your token has the role {Lower(role)}; this needs the role {Lower(needed.Value)}.",
        new ErrorInfo { Domain = Domain, Reason = "RoleTooLow", Metadata = { ["role"] = Lower(role), ["needed"] = needed is { } known ? Lower(known) : "" } });

    /// <summary>PERMISSION_DENIED: another process has this incarnation.</summary>
    public static RpcException IncarnationTaken() => Make(
        Code.PermissionDenied, "The incarnation belongs to another process. Register with a new one.", new ErrorInfo { Domain = Domain, Reason = "IncarnationTaken" });

    /// <summary>RESOURCE_EXHAUSTED: too many streams are open.</summary>
    public static RpcException TooManyStreams(int maximum) => Make(
        Code.ResourceExhausted,
        $"Too many streams are open (one tenant may have {maximum}). Close some, or repeat later.",
        new ErrorInfo { Domain = Domain, Reason = "TooManyStreams" },
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(5)) });

    /// <summary>RESOURCE_EXHAUSTED: the reader of a stream does not read.</summary>
    public static RpcException SlowReader(TimeSpan patience) => Make(
        Code.ResourceExhausted,
        $"The stream was not read for {patience.TotalSeconds:0} s. Open it again with the last resume_token.",
        new ErrorInfo { Domain = Domain, Reason = "SlowReader" });

    /// <summary>RESOURCE_EXHAUSTED: the tenant has as many jobs as it may have.</summary>
    public static RpcException TooManyJobs(string tenant, int maximum) => OverQuota(
        tenant, "jobs", $"The tenant '{tenant}' has {maximum} jobs that have not ended, as many as it may have. Wait, or cancel one.");

    /// <summary>RESOURCE_EXHAUSTED: the tenant has submitted as many jobs as it may in this minute.</summary>
    public static RpcException TooManySubmits(string tenant, int maximum) => OverQuota(
        tenant,
        "submits",
        $"The tenant '{tenant}' has submitted {maximum} jobs in a minute, as many as it may. Repeat in a minute.",
        new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)) });

    /// <summary>ABORTED: the job is not as the caller saw it.</summary>
    public static RpcException Changed(string id) => Make(
        Code.Aborted, $"Job '{id}' has changed since its etag was read. Read it again, and decide anew.", new ErrorInfo { Domain = Domain, Reason = "EtagChanged" });

    /// <summary>PERMISSION_DENIED: a job's folder lies, or leads, out of what the coordinator may hand out.</summary>
    public static RpcException OutputOutside(string folder) => Make(
        Code.PermissionDenied,
        $"The folder '{folder}' leads out of the folders that this coordinator hands out.",
        new ErrorInfo { Domain = Domain, Reason = "OutputOutside" });

    /// <summary>NOT_FOUND for a job.</summary>
    public static RpcException NoSuchJob(string id) =>
        Make(Code.NotFound, $"There is no job '{(id.Length > 63 ? id[..63] + "..." : id)}'. See `lightly list`.", new ErrorInfo { Domain = Domain, Reason = "JobNotFound" });

    /// <summary>DATA_LOSS: a job that was being followed is not in META any more.</summary>
    public static RpcException JobLost(string id) => Make(
        Code.DataLoss,
        $"META_REGRESSED: job '{id}' is not in META any more: the store has lost it, or somebody deleted it. Restore META's append-only file, "
        + "or start again from a checkpoint with --resume.",
        new ErrorInfo { Domain = Domain, Reason = "MetaRegressed" });

    /// <summary>INVALID_ARGUMENT that names every field that is wrong.</summary>
    public static RpcException Invalid(IReadOnlyList<FieldViolation> violations)
    {
        var details = new BadRequest();
        details.FieldViolations.AddRange(violations.Select(violation =>
            new BadRequest.Types.FieldViolation { Field = violation.Path, Description = violation.Message }));
        var reason = new ErrorInfo { Domain = Domain, Reason = "InvalidField", Metadata = { ["field"] = violations[0].Path, ["value"] = violations[0].Value } };
        return Make(Code.InvalidArgument, string.Join('\n', violations.Select(violation => violation.Message)), details, reason);
    }

    /// <summary>INVALID_ARGUMENT for one field of a request.</summary>
    public static RpcException Invalid(string field, string message) => Invalid([new(field, "", message)]);

    /// <summary>ALREADY_EXISTS for a job id.</summary>
    public static RpcException IdTaken(string id) =>
        Make(Code.AlreadyExists, $"The job id '{id}' is taken. Choose another one, or leave it out.", new ErrorInfo { Domain = Domain, Reason = "JobIdTaken" });

    /// <summary>FAILED_PRECONDITION: the job is in a state in which this cannot be done.</summary>
    public static RpcException WrongState(string id, JobState state, string wanted) => Make(
        Code.FailedPrecondition, $"Job '{id}' is {state}; {wanted}.", new ErrorInfo { Domain = Domain, Reason = "WrongState" });

    /// <summary>FAILED_PRECONDITION for anything else.</summary>
    public static RpcException Precondition(string reason, string message) =>
        Make(Code.FailedPrecondition, message, new ErrorInfo { Domain = Domain, Reason = reason });

    /// <summary>FAILED_PRECONDITION: another coordinator leads; its address is in the details.</summary>
    public static RpcException NotLeader(string leader) => Make(
        Code.FailedPrecondition,
        leader.Length > 0 ? $"This coordinator does not lead; the one at {leader} does." : "No coordinator leads yet. Repeat the call.",
        new ErrorInfo { Domain = Domain, Reason = "NotLeader", Metadata = { ["leader"] = leader } });

    /// <summary>UNAVAILABLE: the store does not answer; the call may be repeated.</summary>
    public static RpcException StoreUnavailable() => Make(
        Code.Unavailable, "The META store does not answer. Repeat the call.", new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });

    private static RpcException OverQuota(string tenant, string quota, string message, params IMessage[] more) => Make(
        Code.ResourceExhausted,
        message,
        [
            new QuotaFailure { Violations = { new QuotaFailure.Types.Violation { Subject = $"tenant:{tenant}", Description = $"{quota}: {message}" } } },
            new ErrorInfo { Domain = Domain, Reason = "QuotaExceeded", Metadata = { ["quota"] = quota } },
            .. more,
        ]);

    private static string Lower(Role role) => role.ToString().ToLowerInvariant();

    private static RpcException Make(Code code, string message, params IMessage[] details) =>
        new Google.Rpc.Status { Code = (int)code, Message = message, Details = { details.Select(Any.Pack) } }.ToRpcException();
}
