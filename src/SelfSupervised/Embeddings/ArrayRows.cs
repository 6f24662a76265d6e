namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Embeddings in memory.</summary>
public sealed class ArrayRows : IEmbeddingRows
{
    private readonly float[] _values;

    /// <summary>Takes over the values.</summary>
    /// <param name="values">Row after row; owned from now on.</param>
    /// <param name="dimension">Numbers of one embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The values are no whole number of rows.</exception>
    public ArrayRows(float[] values, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (values.Length % dimension != 0)
        {
            throw new ArgumentException($"{values.Length} values are no whole rows of {dimension}.", nameof(values));
        }

        _values = values;
        Dimension = dimension;
    }

    /// <inheritdoc/>
    public int Count => _values.Length / Dimension;

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <summary>All values, row after row; borrowed.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <inheritdoc/>
    public void Read(int start, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        _values.AsSpan().Slice(start * Dimension, destination.Length).CopyTo(destination);
    }
}
