namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Embeddings that are read in runs of rows, from memory or from a file that may be larger than memory.</summary>
/// <remarks>Safe to use from several threads.</remarks>
public interface IEmbeddingRows
{
    /// <summary>Number of embeddings.</summary>
    int Count { get; }

    /// <summary>Numbers of one embedding.</summary>
    int Dimension { get; }

    /// <summary>Copies consecutive embeddings.</summary>
    /// <param name="start">The first one.</param>
    /// <param name="destination">Receives whole rows; its length is a multiple of <see cref="Dimension"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many rows.</exception>
    void Read(int start, Span<float> destination);
}
