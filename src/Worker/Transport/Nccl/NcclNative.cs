using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>The calls of NCCL's stable C interface (nccl.h) that are needed; <see cref="NcclLibrary"/> finds the library.</summary>
internal static partial class NcclNative
{
    /// <summary>Name of the library.</summary>
    public const string Library = "libnccl.so.2";

    /// <summary><c>ncclUint8</c>: bytes travel as they are, whatever they mean.</summary>
    public const int Bytes = 1;

    [LibraryImport(Library, EntryPoint = "ncclGetVersion")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult GetVersion(out int version);

    [LibraryImport(Library, EntryPoint = "ncclGetUniqueId")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult GetUniqueId(out NcclUniqueId id);

    /// <summary>The handle is written where <paramref name="communicator"/> points, which must stay as long as the communicator.</summary>
    [LibraryImport(Library, EntryPoint = "ncclCommInitRankConfig")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult InitializeRank(IntPtr communicator, int rankCount, NcclUniqueId id, int rank, ref NcclConfig configuration);

    [LibraryImport(Library, EntryPoint = "ncclGroupStart")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult StartGroup();

    [LibraryImport(Library, EntryPoint = "ncclGroupEnd")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult EndGroup();

    [LibraryImport(Library, EntryPoint = "ncclSend")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult Send(IntPtr buffer, nuint count, int dataType, int peer, IntPtr communicator, IntPtr stream);

    [LibraryImport(Library, EntryPoint = "ncclRecv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult Receive(IntPtr buffer, nuint count, int dataType, int peer, IntPtr communicator, IntPtr stream);

    [LibraryImport(Library, EntryPoint = "ncclCommGetAsyncError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult GetAsyncError(IntPtr communicator, out NcclResult error);

    [LibraryImport(Library, EntryPoint = "ncclCommFinalize")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult FinalizeCommunicator(IntPtr communicator);

    [LibraryImport(Library, EntryPoint = "ncclCommDestroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult Destroy(IntPtr communicator);

    [LibraryImport(Library, EntryPoint = "ncclCommAbort")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial NcclResult Abort(IntPtr communicator);

    [LibraryImport(Library, EntryPoint = "ncclGetErrorString")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial IntPtr GetErrorString(NcclResult result);

    [LibraryImport(Library, EntryPoint = "ncclGetLastError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial IntPtr GetLastError(IntPtr communicator);
}
