using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>The only place where gRPC status codes are chosen.</summary>
internal static class RpcErrors
{
    private const string Domain = "lightlycluster.dev";

    /// <summary>NOT_FOUND for a job.</summary>
    public static RpcException NoSuchJob(string id) =>
        Make(Code.NotFound, $"There is no job '{id}'. See `lightly list`.", new ErrorInfo { Domain = Domain, Reason = "JobNotFound" });

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
        return Make(Code.InvalidArgument, string.Join('\n', violations.Select(violation => violation.Message)), details);
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

    private static RpcException Make(Code code, string message, Google.Protobuf.IMessage detail) =>
        new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(detail) } }.ToRpcException();
}
