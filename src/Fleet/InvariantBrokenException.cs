namespace LightlyCluster.Fleet;

/// <summary>Something that must always hold did not; the process must stop.</summary>
public sealed class InvariantBrokenException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InvariantBrokenException()
    {
    }

    /// <summary>Creates the exception with the meaning of what broke.</summary>
    public InvariantBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public InvariantBrokenException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
