namespace LightlyCluster.Fleet.Stores;

/// <summary>The store does not answer now. The call may have been carried out or not; wait and repeat it.</summary>
public sealed class StoreAwayException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreAwayException()
        : base("The store does not answer.")
    {
    }

    /// <summary>Creates the exception with a message for people.</summary>
    public StoreAwayException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for people and its cause.</summary>
    public StoreAwayException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
