using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>The calls of the CUDA runtime that are needed; each answers 0 or the number of an error.</summary>
internal static partial class CudaNative
{
    /// <summary>Name of the library, without the version that <see cref="NcclLibrary"/> finds.</summary>
    public const string Library = "libcudart.so";

    /// <summary><c>cudaErrorNotReady</c>: what was enqueued has not ended.</summary>
    public const int NotReady = 600;

    /// <summary><c>cudaStreamNonBlocking</c>: independent of the default stream, on which torch computes.</summary>
    public const uint Independent = 1;

    /// <summary><c>cudaMemcpyHostToDevice</c>.</summary>
    public const int ToDevice = 1;

    /// <summary><c>cudaMemcpyDeviceToHost</c>.</summary>
    public const int ToHost = 2;

    [LibraryImport(Library, EntryPoint = "cudaGetDeviceCount")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CountDevices(out int count);

    [LibraryImport(Library, EntryPoint = "cudaSetDevice")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetDevice(int device);

    [LibraryImport(Library, EntryPoint = "cudaDeviceGetPCIBusId")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetBusId([Out] byte[] text, int length, int device);

    [LibraryImport(Library, EntryPoint = "cudaMalloc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Allocate(out IntPtr memory, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Free(IntPtr memory);

    [LibraryImport(Library, EntryPoint = "cudaMallocHost")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int AllocateHost(out IntPtr memory, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cudaFreeHost")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FreeHost(IntPtr memory);

    [LibraryImport(Library, EntryPoint = "cudaStreamCreateWithFlags")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CreateStream(out IntPtr stream, uint flags);

    [LibraryImport(Library, EntryPoint = "cudaStreamDestroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int DestroyStream(IntPtr stream);

    [LibraryImport(Library, EntryPoint = "cudaStreamQuery")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int QueryStream(IntPtr stream);

    [LibraryImport(Library, EntryPoint = "cudaMemcpyAsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Copy(IntPtr destination, IntPtr source, nuint bytes, int direction, IntPtr stream);

    [LibraryImport(Library, EntryPoint = "cudaGetErrorString")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial IntPtr GetErrorString(int error);
}
