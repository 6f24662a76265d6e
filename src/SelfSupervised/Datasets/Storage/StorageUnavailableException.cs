namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>Storage cannot be reached or does not answer as it should: a fault of the network or the server, not of the data.</summary>
public sealed class StorageUnavailableException : IOException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public StorageUnavailableException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">One line: which server, what happened.</param>
    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that another one caused.</summary>
    /// <param name="message">One line: which server, what happened.</param>
    /// <param name="innerException">The cause.</param>
    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
