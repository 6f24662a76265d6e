using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// Memory for vectors that other processes of the same user on this machine can read in place. It has no file and goes with the last
/// process that has it open.
/// </summary>
/// <remarks>
/// As much address space as the machine has memory is reserved at once, so that a place never changes; pages are taken when they are
/// written first. Vectors are used again by their pools, so places are given out and not taken back.
/// </remarks>
internal sealed unsafe partial class SharedMemory : IDisposable
{
    private const int Alignment = 4096;
    private const uint CloseOnExecute = 1;
    private const int TokenDigits = 32;

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly string _name;
    private readonly long _length;
    private long _used;

    private SharedMemory(SafeFileHandle file, string name, long length)
    {
        (_file, _name, _length) = (file, name, length);
        _mapping = MemoryMappedFile.CreateFromFile(file, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
    }

    /// <summary>Where another process finds the open file, and what the link there says if it is this one.</summary>
    public string Location => $"/proc/{Environment.ProcessId}/fd/{_file.DangerousGetHandle()}|{LinkOf(_name)}";

    /// <summary>Makes one; null where the system has nothing of the kind.</summary>
    public static SharedMemory? TryCreate()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var name = $"lightly-{RandomNumberGenerator.GetHexString(TokenDigits, lowercase: true)}";
        var file = new SafeFileHandle(CreateMemoryFile(name, CloseOnExecute), ownsHandle: true);
        try
        {
            return file.IsInvalid ? null : new(file, name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Alignment * Alignment);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A limit of the process on address space or on the size of files.
            file.Dispose();
            return null;
        }
    }

    /// <summary>Takes a place for <paramref name="bytes"/> bytes, at a multiple of 4,096. It is valid until <see cref="Release"/>, also after <see cref="Dispose"/>.</summary>
    /// <returns>The place and its address; an address of null when there is no room.</returns>
    public (long Place, nint Address) Take(long bytes)
    {
        var taken = (bytes + Alignment - 1) / Alignment * Alignment;
        var place = Interlocked.Add(ref _used, taken) - taken;
        if (place > _length - taken)
        {
            Interlocked.Add(ref _used, -taken);
            return (-1, 0);
        }

        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return (place, (nint)(start + place));
    }

    /// <summary>A place that was taken is used no more.</summary>
    public void Release() => _view.SafeMemoryMappedViewHandle.ReleasePointer();

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }

    /// <summary>What the link to the open file says: nobody else's has this name.</summary>
    private static string LinkOf(string name) => $"/memfd:{name} (deleted)";

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int CreateMemoryFile(string name, uint flags);
}
