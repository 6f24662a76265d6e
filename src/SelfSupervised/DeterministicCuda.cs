using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised;

/// <summary>Makes a GPU give equal bits for equal inputs, as far as its libraries can: the settings that are part of its numeric class.</summary>
/// <remarks>
/// cuBLAS gets a workspace of fixed size (CUBLAS_WORKSPACE_CONFIG, https://docs.nvidia.com/cuda/cublas/#results-reproducibility), cuDNN
/// deterministic algorithms without a benchmark, libtorch its deterministic kernels
/// (https://docs.pytorch.org/docs/stable/notes/randomness.html). TF32 stays as PyTorch's defaults have it: in convolutions, not in matrix
/// products. An operation that has no deterministic kernel is warned of by libtorch, not refused; whether bits differ is what comparing
/// states shows. They hold for the whole process.
/// </remarks>
public static unsafe partial class DeterministicCuda
{
    /// <summary>The settings in words.</summary>
    public const string Identity = "cublas=:4096:8 cudnn=deterministic tf32=convolutions";

    private const string WorkspaceVariable = "CUBLAS_WORKSPACE_CONFIG";
    private const string Workspace = ":4096:8";
    private const string Purpose = "A reproducible GPU";
    private const string Advice = "use --device cpu";

    /// <summary>Whether libtorch says that all of it is set.</summary>
    public static bool IsActive
    {
        get
        {
            var context = Context();
            return Read("_ZNK2at7Context23deterministicAlgorithmsEv", context) && Read("_ZNK2at7Context18deterministicCuDNNEv", context)
                && !Read("_ZNK2at7Context14benchmarkCuDNNEv", context) && !Read("_ZNK2at7Context15allowTF32CuBLASEv", context)
                && Marshal.PtrToStringUTF8(ReadVariable(WorkspaceVariable)) == Workspace;
        }
    }

    /// <summary>Sets all of it. Call before the first operation on a GPU.</summary>
    /// <exception cref="NotSupportedException">This libtorch has no such settings.</exception>
    public static void Enter()
    {
        // libtorch and cuBLAS read the environment of the process, which that of .NET is a copy of.
        _ = SetVariable(WorkspaceVariable, Workspace, 1);
        var context = Context();
        var setAlgorithms = (delegate* unmanaged<IntPtr, byte, byte, void>)Find("_ZN2at7Context26setDeterministicAlgorithmsEbb");
        setAlgorithms(context, 1, 1);
        Set("_ZN2at7Context39setDeterministicFillUninitializedMemoryEb", context, isOn: false);
        Set("_ZN2at7Context21setDeterministicCuDNNEb", context, isOn: true);
        Set("_ZN2at7Context17setBenchmarkCuDNNEb", context, isOn: false);
        Set("_ZN2at7Context17setAllowTF32CuDNNEb", context, isOn: true);
        Set("_ZN2at7Context18setAllowTF32CuBLASEb", context, isOn: false);
    }

    private static IntPtr Context() => ((delegate* unmanaged<IntPtr>)Find("_ZN2at13globalContextEv"))();

    private static void Set(string name, IntPtr context, bool isOn) =>
        ((delegate* unmanaged<IntPtr, byte, void>)Find(name))(context, isOn ? (byte)1 : (byte)0);

    private static bool Read(string name, IntPtr context) => ((delegate* unmanaged<IntPtr, byte>)Find(name))(context) != 0;

    private static IntPtr Find(string name) => TorchExports.Find(name, Purpose, Advice);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrites);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr ReadVariable(string name);
}
