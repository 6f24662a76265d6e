namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>Embeddings or wishes that no sample can be drawn from.</summary>
public sealed class SamplingException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public SamplingException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, with which value, and what to do.</param>
    public SamplingException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    /// <param name="message">What is wrong, with which value, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public SamplingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
