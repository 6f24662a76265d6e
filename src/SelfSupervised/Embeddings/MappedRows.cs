using System.IO.MemoryMappedFiles;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Embeddings in a file of row-major little-endian float32 values, mapped into memory: only what is read takes space.</summary>
public sealed class MappedRows : IEmbeddingRows, IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Byte at which the first value stands.</param>
    /// <param name="count">Number of embeddings.</param>
    /// <param name="dimension">Numbers of one embedding, at least 1.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public MappedRows(string path, long offset, int count, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Count = count;
        Dimension = dimension;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(offset, (long)count * dimension * sizeof(float), MemoryMappedFileAccess.Read);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public void Read(int start, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + (long)(destination.Length / Dimension), Count);
        _view.SafeMemoryMappedViewHandle.ReadSpan(
            (ulong)(_view.PointerOffset + ((long)start * Dimension * sizeof(float))), destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
