using System.Reflection;
using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Finds libnccl and the CUDA runtime: beside the libtorch of this process first, so that there are no two of one kind.</summary>
internal static class NcclLibrary
{
    /// <summary>Environment variable that names the file of libnccl.</summary>
    public const string Variable = "LIGHTLY_NCCL_LIBRARY";

    private static readonly string[] RuntimeNames = ["libcudart.so.13", "libcudart.so.12", "libcudart.so.11.0"];

    private static readonly Lazy<IntPtr> Loaded = new(() => FirstOf(NcclPaths()));
    private static readonly Lazy<IntPtr> LoadedRuntime = new(() => FirstOf(RuntimePaths()));

    static NcclLibrary() => NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), Resolve);

    /// <summary>Whether libnccl is here.</summary>
    public static bool IsHere => Loaded.Value != 0;

    /// <summary>Whether the CUDA runtime is here.</summary>
    public static bool HasCudaRuntime => LoadedRuntime.Value != 0;

    /// <summary>The address of a function of libnccl; zero where it has none of this name.</summary>
    public static IntPtr Export(string name) => IsHere && NativeLibrary.TryGetExport(Loaded.Value, name, out var address) ? address : 0;

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        NcclNative.Library => Loaded.Value,
        CudaNative.Library => LoadedRuntime.Value,
        _ => 0,
    };

    private static IntPtr FirstOf(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (NativeLibrary.TryLoad(path, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    /// <summary>A named file only, where one is named; else beside libtorch, where PyTorch's packages put it, and the system's.</summary>
    private static IEnumerable<string> NcclPaths()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return [named];
        }

        return TorchRuntime.Folder is { } folder
            ? [Path.Combine(folder, NcclNative.Library), Path.Combine(folder, "..", "..", "nvidia", "nccl", "lib", NcclNative.Library), NcclNative.Library]
            : [NcclNative.Library];
    }

    /// <summary>By name first: that finds the one that libtorch has loaded already.</summary>
    private static IEnumerable<string> RuntimePaths() => TorchRuntime.Folder is { } folder && Directory.Exists(folder)
        ? [.. RuntimeNames, .. Directory.EnumerateFiles(folder, "libcudart*.so*").Order(StringComparer.Ordinal)]
        : RuntimeNames;
}
