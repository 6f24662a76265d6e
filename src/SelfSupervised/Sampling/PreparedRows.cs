using System.Buffers;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Embeddings;

namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Embeddings padded and, where asked for, normalized: held in memory, or prepared anew for each block that is read.</summary>
internal sealed class PreparedRows
{
    /// <summary>Rows that are read and compared at once.</summary>
    public const int BlockRows = 2048;

    private readonly IEmbeddingRows _rows;
    private readonly bool _isNormalized;
    private readonly float[]? _held;

    public PreparedRows(IEmbeddingRows rows, bool isNormalized, long memoryBytesMaximum)
    {
        _rows = rows;
        _isNormalized = isNormalized;
        Stride = RowMath.PaddedLength(rows.Dimension);
        var bytes = (long)rows.Count * Stride * sizeof(float);
        if (bytes <= memoryBytesMaximum && (long)rows.Count * Stride <= Array.MaxLength)
        {
            var held = new float[rows.Count * Stride];
            for (var block = 0; block < BlockCount; block++)
            {
                var (start, count) = RangeOf(block);
                Prepare(start, held.AsSpan(start * Stride, count * Stride));
            }

            _held = held;
        }
    }

    public int Count => _rows.Count;

    public int BlockCount => (_rows.Count + BlockRows - 1) / BlockRows;

    /// <summary>Numbers of one padded row.</summary>
    public int Stride { get; }

    public (int Start, int Count) RangeOf(int block) =>
        (block * BlockRows, Math.Min(BlockRows, _rows.Count - (block * BlockRows)));

    /// <summary>One prepared row.</summary>
    public float[] Row(int index)
    {
        var row = new float[Stride];
        Prepare(index, row);
        return row;
    }

    /// <summary>Calls a function with the prepared rows of a block.</summary>
    public T WithBlock<T>(int block, Func<Memory<float>, T> use)
    {
        var (start, count) = RangeOf(block);
        if (_held is not null)
        {
            return use(_held.AsMemory(start * Stride, count * Stride));
        }

        var buffer = ArrayPool<float>.Shared.Rent(count * Stride);
        try
        {
            var rows = buffer.AsMemory(0, count * Stride);
            Prepare(start, rows.Span);
            return use(rows);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>For each row that equals an earlier one (a bit for a bit, -0 as 0), true.</summary>
    public bool[] FindDuplicates(IEnumerable<int> first)
    {
        var seen = new Dictionary<UInt128, int>(Count);
        var isDuplicate = new bool[Count];
        var leading = first.Distinct().ToArray();
        var isLeading = leading.ToHashSet();
        foreach (var index in leading.Concat(Enumerable.Range(0, Count).Where(index => !isLeading.Contains(index))))
        {
            var row = RawRow(index);
            var key = XxHash128.HashToUInt128(MemoryMarshal.AsBytes(row.AsSpan()));
            isDuplicate[index] = !seen.TryAdd(key, index) && RawRow(seen[key]).AsSpan().SequenceEqual(row);
        }

        return isDuplicate;
    }

    private float[] RawRow(int index)
    {
        var row = new float[_rows.Dimension];
        _rows.Read(index, row);
        for (var column = 0; column < row.Length; column++)
        {
            row[column] += 0f;
        }

        return row;
    }

    private void Prepare(int start, Span<float> padded)
    {
        var count = padded.Length / Stride;
        var dimension = _rows.Dimension;
        var packed = ArrayPool<float>.Shared.Rent(count * dimension);
        try
        {
            _rows.Read(start, packed.AsSpan(0, count * dimension));
            for (var row = 0; row < count; row++)
            {
                var target = padded.Slice(row * Stride, Stride);
                packed.AsSpan(row * dimension, dimension).CopyTo(target);
                target[dimension..].Clear();
                RequireFinite(target, start + row);
                if (_isNormalized)
                {
                    RowMath.Normalize(target);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(packed);
        }
    }

    private static void RequireFinite(ReadOnlySpan<float> row, int index)
    {
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                throw new SamplingException($"Embedding {index} holds {value}, no finite number; embed the images again.");
            }
        }
    }
}
