using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised;

/// <summary>Functions of libtorch that TorchSharp does not offer, by their C++ names.</summary>
internal static class TorchExports
{
    private const string Library = "libtorch_cpu.so";

    /// <summary>The address of a function.</summary>
    /// <param name="name">Its mangled name.</param>
    /// <param name="purpose">What it is needed for, for the message of an error: "Precision bf16".</param>
    /// <param name="advice">What to do without it: "use fp32".</param>
    /// <exception cref="NotSupportedException">The process has loaded no libtorch, or one that lacks the function.</exception>
    public static IntPtr Find(string name, string purpose, string advice)
    {
        TorchRuntime.EnsureLoaded();
        if (!NativeLibrary.TryLoad(Library, out var library))
        {
            throw new NotSupportedException($"{purpose} needs {Library}, which this process has not loaded; {advice}.");
        }

        return NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : throw new NotSupportedException($"{purpose} needs a libtorch that exports {name} (2.10 does); {advice}.");
    }
}
