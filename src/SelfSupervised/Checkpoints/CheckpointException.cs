namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>A file of tensors cannot be used: it is cut short, of another format, or belongs to another model.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public CheckpointException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what is wrong with it, and what to do.</param>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    /// <param name="message">Which file, what is wrong with it, and what to do.</param>
    /// <param name="innerException">What was thrown while reading.</param>
    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
