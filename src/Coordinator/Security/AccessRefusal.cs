namespace LightlyCluster.Coordinator.Security;

/// <summary>Why nobody knows who calls.</summary>
internal enum AccessRefusal
{
    /// <summary>There is neither a token nor a client certificate.</summary>
    TokenMissing,

    /// <summary>The token is in no file.</summary>
    TokenUnknown,

    /// <summary>The token was valid once.</summary>
    TokenExpired,

    /// <summary>The request names a host that is not this machine, though only this machine is served.</summary>
    ForeignHost,
}
