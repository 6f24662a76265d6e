namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>A data set that cannot be used as it is: missing, empty, cut short, or of another kind than was said.</summary>
/// <remarks>The message is one line that names the place and what was expected there.</remarks>
public class DatasetException : Exception
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public DatasetException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line: what, where, what was expected.</param>
    public DatasetException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">One line: what, where, what was expected.</param>
    /// <param name="innerException">The cause.</param>
    public DatasetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
