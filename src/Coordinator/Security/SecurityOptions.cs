namespace LightlyCluster.Coordinator.Security;

/// <summary>Who may call: on the command line, or as environment variables <c>Security__TokenFile</c> and so on. See docs/security.md.</summary>
public sealed class SecurityOptions
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Security";

    /// <summary>File of tokens, one a line; read again when it changes. Default: none, which is possible on loopback only.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>Listen beyond loopback without asking who calls. Default false: such a coordinator does not start.</summary>
    public bool Insecure { get; set; }

    /// <summary>Listen beyond loopback without TLS, because TLS ends in front of this coordinator. Default false.</summary>
    public bool Plaintext { get; set; }

    /// <summary>PEM file of the server's certificate, with intermediate ones behind it. Default: no TLS.</summary>
    public string TlsCertificate { get; set; } = "";

    /// <summary>PEM file of its private key. Default: it is in the file of the certificate.</summary>
    public string TlsKey { get; set; } = "";

    /// <summary>PEM file of the authority whose client certificates make a worker, instead of a token. Default: none. Needs TLS.</summary>
    public string WorkerCa { get; set; } = "";

    /// <summary>File that gets a JSON line for each call that changes something, streams, or is refused. Default: the log of the coordinator.</summary>
    public string AuditLog { get; set; } = "";

    /// <summary>Folders and s3://bucket/prefix that jobs may read, with commas between them. Default: with tokens only the results; without, everything.</summary>
    public string DataRoots { get; set; } = "";

    /// <summary>SHA-256 of a worker's token that is in no file: the launcher of a local fleet gives it to its own workers.</summary>
    public string LocalWorkerHash { get; set; } = "";

    /// <summary>Most streams that are open at a time, over all tenants. Default 2000.</summary>
    public int StreamsMaximum { get; set; } = 2000;

    /// <summary>Most streams of one tenant that are open at a time. Default 500.</summary>
    public int TenantStreamsMaximum { get; set; } = 500;

    /// <summary>How long a stream may be unread before it is cut off. Default 30 s.</summary>
    public TimeSpan StreamPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether callers are asked who they are.</summary>
    public bool AsksWho => TokenFile.Length > 0 || WorkerCa.Length > 0;

    /// <summary>Whether the connection is encrypted here.</summary>
    public bool HasTls => TlsCertificate.Length > 0;
}
