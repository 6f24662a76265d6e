using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised;

/// <summary>Loads libtorch before TorchSharp looks for it.</summary>
/// <remarks>
/// The folder is, in this order: the setting <c>LIGHTLY_LIBTORCH</c> (for example the lib folder of an existing PyTorch
/// installation), <c>native/</c> beside the program (a published worker), and the folder staged by the build.
/// </remarks>
public static class TorchRuntime
{
    /// <summary>Environment variable that names a folder with libtorch libraries.</summary>
    public const string FolderVariable = "LIGHTLY_LIBTORCH";

    private static readonly string[] Libraries =
        ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    /// <summary>The folder that libtorch was loaded from; null where TorchSharp found it by its own means.</summary>
    public static string? Folder { get; private set; }

    /// <summary>Loads libtorch now. Call it first where a program touches TorchSharp before any type of this library.</summary>
    public static void EnsureLoaded()
    {
        // The module initializer has run before this line.
    }

    /// <summary>Runs when a type of this assembly is first touched.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Whoever uses this library uses torch; it must be loaded first.")]
    internal static void Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var staged = typeof(TorchRuntime).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "TorchNativeFolder")?.Value;
        var published = Path.Combine(AppContext.BaseDirectory, "native");
        var chosen = Environment.GetEnvironmentVariable(FolderVariable);
        Folder = chosen ?? new[] { published, staged }.FirstOrDefault(folder => File.Exists(Path.Combine(folder ?? "", "libtorch.so")));
        if (Folder is null)
        {
            return;
        }

        if (!File.Exists(Path.Combine(Folder, "libtorch.so")))
        {
            throw new DllNotFoundException(
                $"{FolderVariable} is '{Folder}', which holds no libtorch.so. Name the lib folder of a PyTorch 2.10 installation.");
        }

        foreach (var library in Libraries.Select(name => Path.Combine(Folder, name)).Where(File.Exists))
        {
            NativeLibrary.Load(library);
        }

        var shim = new[] { Folder, published, staged, AppContext.BaseDirectory }
            .Select(folder => Path.Combine(folder ?? "", "libLibTorchSharp.so")).FirstOrDefault(File.Exists);
        if (shim is not null)
        {
            NativeLibrary.Load(shim);
        }
    }
}
