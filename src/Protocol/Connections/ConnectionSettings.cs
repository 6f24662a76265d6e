namespace LightlyCluster.Protocol.Connections;

/// <summary>How a client or worker proves who it is, and how it knows the coordinator.</summary>
public sealed record ConnectionSettings
{
    /// <summary>Bearer token; empty: none. Wins over <see cref="TokenFile"/>.</summary>
    public string Token { get; init; } = "";

    /// <summary>File that holds the token; read when a connection is opened. Empty: none.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>PEM file of the authority (or of the one certificate) that is trusted. Empty: those of the system.</summary>
    public string TlsCa { get; init; } = "";

    /// <summary>PEM file of a client certificate; empty: none.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>PEM file of its private key; empty: in the file of the certificate.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>Whether an address without a scheme means https.</summary>
    public bool PrefersTls => TlsCa.Length > 0 || TlsCertificate.Length > 0;

    /// <summary>The token, without white space around it.</summary>
    /// <exception cref="ConnectionSettingsException">The file cannot be read.</exception>
    public string ReadToken()
    {
        if (Token.Length > 0 || TokenFile.Length == 0)
        {
            return Token.Trim();
        }

        try
        {
            return File.ReadAllText(TokenFile).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConnectionSettingsException($"The token file '{TokenFile}' cannot be read ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <summary>A record would print the token otherwise.</summary>
    public override string ToString() => $"token {(Token.Length + TokenFile.Length > 0 ? "given" : "none")}, authority {(TlsCa.Length > 0 ? TlsCa : "of the system")}";
}
