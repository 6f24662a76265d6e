namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>A file of embeddings cannot be used; the message says which file, where, and what to do.</summary>
public sealed class EmbeddingFileException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public EmbeddingFileException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what is wrong with it, and what to do.</param>
    public EmbeddingFileException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    /// <param name="message">Which file, what is wrong with it, and what to do.</param>
    /// <param name="innerException">What was thrown while reading.</param>
    public EmbeddingFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
