namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>What NCCL answers: <c>ncclResult_t</c> of nccl.h.</summary>
internal enum NcclResult
{
    Success = 0,
    UnhandledCudaError = 1,
    SystemError = 2,
    InternalError = 3,
    InvalidArgument = 4,
    InvalidUsage = 5,
    RemoteError = 6,
    InProgress = 7,
    Timeout = 8,
}
