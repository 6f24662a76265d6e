namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Embeddings with the names of their images.</summary>
public sealed class EmbeddingTable : IDisposable
{
    /// <summary>Puts names and embeddings together.</summary>
    /// <param name="names">Name of each image.</param>
    /// <param name="rows">The embeddings; disposed with the table.</param>
    /// <param name="labels">Class of each image; null where there are no classes.</param>
    /// <param name="classNames">Name of each class; empty where they are not known.</param>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public EmbeddingTable(
        IReadOnlyList<string> names, IEmbeddingRows rows, IReadOnlyList<int>? labels = null, IReadOnlyList<string>? classNames = null)
    {
        if (names.Count != rows.Count || (labels is not null && labels.Count != names.Count))
        {
            throw new ArgumentException(
                $"There are {names.Count} names, {rows.Count} embeddings and {labels?.Count ?? names.Count} labels: all must be as many.",
                nameof(names));
        }

        Names = names;
        Rows = rows;
        Labels = labels;
        ClassNames = classNames ?? [];
    }

    /// <summary>Name of each image.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The embeddings.</summary>
    public IEmbeddingRows Rows { get; }

    /// <summary>Class of each image; null where there are no classes.</summary>
    public IReadOnlyList<int>? Labels { get; }

    /// <summary>Name of each class; empty where they are not known.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of images.</summary>
    public int Count => Names.Count;

    /// <summary>Numbers of one embedding.</summary>
    public int Dimension => Rows.Dimension;

    /// <summary>All embeddings in memory, row after row.</summary>
    /// <returns>Count times Dimension values; owned by the caller.</returns>
    /// <exception cref="InvalidOperationException">They do not fit into one array.</exception>
    public float[] ReadAll()
    {
        if ((long)Count * Dimension > Array.MaxLength)
        {
            throw new InvalidOperationException($"{Count} embeddings of {Dimension} numbers do not fit into memory.");
        }

        var values = new float[Count * Dimension];
        Rows.Read(0, values);
        return values;
    }

    /// <inheritdoc/>
    public void Dispose() => (Rows as IDisposable)?.Dispose();
}
