namespace LightlyCluster.Fleet.Stores;

/// <summary>The store has no room for what was to be written. Nothing was written.</summary>
public sealed class StoreFullException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreFullException()
        : base("The store is full.")
    {
    }

    /// <summary>Creates the exception with a message for people.</summary>
    public StoreFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for people and its cause.</summary>
    public StoreFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
