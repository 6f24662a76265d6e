using System.Runtime.InteropServices;
using System.Text;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Transport.Peer;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Whether this process can exchange by NCCL, and with what.</summary>
/// <param name="Problem">What is missing and what to do; empty where nothing is.</param>
/// <param name="Machine">Identifies the running system.</param>
/// <param name="Device">Identifies the device on its machine: NCCL takes each only once.</param>
/// <param name="OpenMemory">Makes the staging memory.</param>
internal sealed record NcclRuntime(string Problem, string Machine, string Device, Func<INcclMemory> OpenMemory)
{
    /// <summary>
    /// A library with NCCL's interface that moves the host's memory says so by this function, which identifies the process as
    /// <c>const char *</c>; it needs no GPU.
    /// </summary>
    private const string HostMemoryExport = "lightlyHostDevice";

    private const string Cuda = "cuda";
    private const int BusIdBytes = 32;

    /// <summary>How long members wait for each other.</summary>
    public NcclLimits Limits { get; init; } = new();

    /// <summary>Looks for library and device.</summary>
    public static NcclRuntime Find(DeviceChoice choice)
    {
        var onCpu = $"this worker computes on {choice.Description}, and NCCL needs a CUDA device (--device cuda, resources.device: cuda)";
        if (choice.Description != Cuda && Environment.GetEnvironmentVariable(NcclLibrary.Variable) is not { Length: > 0 })
        {
            return Without(onCpu);
        }

        if (!NcclLibrary.IsHere)
        {
            return Without(
                Environment.GetEnvironmentVariable(NcclLibrary.Variable) is { Length: > 0 } named
                    ? $"{NcclLibrary.Variable} is '{named}', which cannot be loaded; name the file of an NCCL library"
                    : $"{NcclNative.Library} is not beside libtorch and not on this system; install NCCL (it comes with PyTorch for CUDA), or name its file in "
                        + NcclLibrary.Variable);
        }

        if (NcclNative.GetVersion(out var version) != NcclResult.Success || version < NcclConfig.LayoutVersion)
        {
            return Without($"NCCL's version is {version}; needed is 2.14 ({NcclConfig.LayoutVersion}) or newer");
        }

        if (NcclLibrary.Export(HostMemoryExport) is var export && export != 0)
        {
            return new("", PeerAddress.ThisMachine, HostDevice(export), () => new HostMemory());
        }

        if (choice.Description != Cuda)
        {
            return Without(onCpu);
        }

        return NcclLibrary.HasCudaRuntime
            ? OnDevice()
            : Without("the CUDA runtime (libcudart) is not beside libtorch and not on this system; install it, or set LIGHTLY_LIBTORCH to PyTorch's lib folder");
    }

    private static NcclRuntime OnDevice()
    {
        var text = new byte[BusIdBytes];
        if (CudaNative.CountDevices(out var count) != 0 || count < 1 || CudaNative.GetBusId(text, text.Length, CudaMemory.Device) != 0)
        {
            return Without("the CUDA runtime finds no device; see nvidia-smi and CUDA_VISIBLE_DEVICES");
        }

        return new("", PeerAddress.ThisMachine, Encoding.ASCII.GetString(text).TrimEnd('\0'), () => new CudaMemory());
    }

    private static unsafe string HostDevice(IntPtr export) =>
        Marshal.PtrToStringUTF8(((delegate* unmanaged<IntPtr>)export)()) ?? "";

    private static NcclRuntime Without(string problem) =>
        new(problem, PeerAddress.ThisMachine, "", () => throw new NcclException(problem));
}
