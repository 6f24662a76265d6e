namespace LightlyCluster.Protocol.Connections;

/// <summary>Settings of a connection cannot be used; the message says which and what to do.</summary>
public sealed class ConnectionSettingsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ConnectionSettingsException()
    {
    }

    /// <summary>Creates the exception with a message for people.</summary>
    public ConnectionSettingsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for people and its cause.</summary>
    public ConnectionSettingsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
