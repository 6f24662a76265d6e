using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Client.Local;

/// <summary>Who may call the coordinator of a local fleet, and where jobs may read; everybody and everywhere by default, on loopback.</summary>
internal sealed record FleetSecurity
{
    private readonly string _workerToken = TokenSecret.Create();

    /// <summary>File of tokens; empty: nobody is asked.</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>PEM file of the coordinator's certificate; empty: no TLS.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>PEM file of its key; empty: in the file of the certificate.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>PEM file of the authority that signed the certificate; empty: the certificate itself is trusted by this fleet's workers.</summary>
    public string TlsCa { get; init; } = "";

    /// <summary>PEM file of the authority of client certificates of further workers; empty: none.</summary>
    public string WorkerCa { get; init; } = "";

    /// <summary>File of the audit log; empty: the fleet's log.</summary>
    public string AuditLog { get; init; } = "";

    /// <summary>Folders that jobs may read; empty: as the coordinator's default is.</summary>
    public IReadOnlyList<string> DataRoots { get; init; } = [];

    /// <summary>Listen beyond loopback and ask nobody.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Listen beyond loopback without TLS.</summary>
    public bool IsPlaintext { get; init; }

    /// <summary>Flags of the coordinator; none of them is a secret.</summary>
    public IEnumerable<string> CoordinatorArguments()
    {
        (string Flag, string Value)[] values =
        [
            ("--token-file", TokenFile), ("--tls-cert", TlsCertificate), ("--tls-key", TlsKey), ("--worker-ca", WorkerCa), ("--audit-log", AuditLog),
            ("--data-root", string.Join(',', DataRoots.Select(root => root.Contains("://", StringComparison.Ordinal) ? root : Path.GetFullPath(root)))),
            ("--insecure", IsInsecure ? "true" : ""), ("--plaintext", IsPlaintext ? "true" : ""),
        ];
        return values.Where(pair => pair.Value.Length > 0).SelectMany(pair => new[] { pair.Flag, pair.Value });
    }

    /// <summary>What the coordinator knows of the token that this fleet's own workers have.</summary>
    public IEnumerable<(string Name, string Value)> CoordinatorEnvironment() =>
        TokenFile.Length > 0 ? [("Security__LocalWorkerHash", Convert.ToHexStringLower(TokenSecret.Hash(_workerToken)))] : [];

    /// <summary>How this fleet's own workers prove who they are. By the environment: command lines can be read by everybody.</summary>
    public IEnumerable<(string Name, string Value)> WorkerEnvironment()
    {
        if (TokenFile.Length > 0)
        {
            yield return ("Worker__Token", _workerToken);
        }

        if (TlsCertificate.Length > 0)
        {
            yield return ("Worker__TlsCa", TlsCa.Length > 0 ? TlsCa : TlsCertificate);
        }
    }

    /// <summary>Flags by which a client of this fleet finds it.</summary>
    public string ClientFlags()
    {
        var authority = TlsCertificate.Length > 0 ? $" --tls-ca {(TlsCa.Length > 0 ? TlsCa : TlsCertificate)}" : "";
        return authority + (TokenFile.Length > 0 ? " --token-file FILE" : "");
    }

    /// <summary>Requires that the named files are there.</summary>
    /// <exception cref="CommandException">One is missing.</exception>
    public void RequireFiles()
    {
        (string Flag, string Path)[] files =
            [("--token-file", TokenFile), ("--tls-cert", TlsCertificate), ("--tls-key", TlsKey), ("--tls-ca", TlsCa), ("--worker-ca", WorkerCa)];
        foreach (var (flag, path) in files.Where(file => file.Path.Length > 0 && !File.Exists(file.Path)))
        {
            var hint = flag == "--token-file" ? "; make one with: lightly token create --tenant NAME --role submitter --file FILE" : "";
            throw new CommandException($"{flag} {path} does not exist{hint}");
        }
    }
}
