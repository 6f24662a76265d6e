using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>NCCL or CUDA says that something does not work; the communicator is of no use any more.</summary>
internal sealed class NcclException(string message) : Exception(message)
{
    /// <summary>Requires that a call of NCCL has worked, or goes on.</summary>
    /// <exception cref="NcclException">It has not; the message has NCCL's own words.</exception>
    public static void Require(NcclResult result, string what, IntPtr communicator = 0)
    {
        if (result is not (NcclResult.Success or NcclResult.InProgress))
        {
            var text = Marshal.PtrToStringUTF8(NcclNative.GetErrorString(result));
            var details = Marshal.PtrToStringUTF8(NcclNative.GetLastError(communicator));
            throw new NcclException($"NCCL cannot {what}: {text} ({result}){(string.IsNullOrWhiteSpace(details) ? "" : $"; {details.Trim()}")}");
        }
    }

    /// <summary>Requires that a call of the CUDA runtime has worked.</summary>
    /// <exception cref="NcclException">It has not; the message has CUDA's own words.</exception>
    public static void RequireCuda(int error, string what)
    {
        if (error != 0)
        {
            throw new NcclException($"CUDA cannot {what}: {Marshal.PtrToStringUTF8(CudaNative.GetErrorString(error))} ({error})");
        }
    }
}
