using System.IO.MemoryMappedFiles;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>The <see cref="SharedMemory"/> of another worker of this machine, to read.</summary>
internal sealed unsafe class SharedMemoryView : IDisposable
{
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;

    private SharedMemoryView(FileStream file)
    {
        _mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    /// <summary>Opens it.</summary>
    /// <param name="location">The owner's <see cref="SharedMemory.Location"/>.</param>
    /// <returns>Null where this process may not, or sees other processes than the owner does (another container).</returns>
    public static SharedMemoryView? TryOpen(string location)
    {
        if (location.Split('|') is not [var path, var link])
        {
            return null;
        }

        try
        {
            return new FileInfo(path).LinkTarget == link
                ? new(new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0))
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Copies what lies at a place now: whoever asks checks its digest, for the owner may use the place for something else.</summary>
    /// <returns>False when there is no such place, or the view is closed.</returns>
    public bool TryRead(long place, Span<byte> destination)
    {
        byte* start = null;
        try
        {
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            var isThere = place >= 0 && place <= _view.Capacity - destination.Length;
            if (isThere)
            {
                new ReadOnlySpan<byte>(start + place, destination.Length).CopyTo(destination);
            }

            return isThere;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (start is not null)
            {
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _mapping.Dispose();
    }
}
