using System.CommandLine;
using LightlyCluster.Client.Local;

namespace LightlyCluster.Client.Commands;

/// <summary>The flags of <c>lightly up</c> that say who may call and what jobs may read.</summary>
internal sealed class UpFlags
{
    private readonly Option<string?> _tokenFile = File("--token-file", "Tokens that are accepted, one a line (see `lightly token create`); default: nobody is asked, on loopback only.");
    private readonly Option<string?> _tlsCert = File("--tls-cert", "PEM file of the coordinator's certificate; default: no TLS.");
    private readonly Option<string?> _tlsKey = File("--tls-key", "PEM file of its key.");
    private readonly Option<string?> _tlsCa = File("--tls-ca", "PEM file of the authority that signed it; default: the certificate itself.");
    private readonly Option<string?> _workerCa = File("--worker-ca", "PEM file of the authority whose client certificates make a worker.");
    private readonly Option<string?> _auditLog = File("--audit-log", "File that gets a JSON line for each call that changes something or is refused.");
    private readonly Option<string[]> _dataRoot = new("--data-root") { Description = "Folder or s3://bucket/prefix that jobs may read; may be repeated.", HelpName = "folder" };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Listen beyond loopback and ask nobody who they are." };
    private readonly Option<bool> _plaintext = new("--plaintext") { Description = "Take tokens beyond loopback without TLS, where TLS ends in front of this coordinator." };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _tokenFile, _tlsCert, _tlsKey, _tlsCa, _workerCa, _auditLog, _dataRoot, _insecure, _plaintext })
        {
            command.Add(option);
        }
    }

    /// <summary>What a command line says.</summary>
    /// <exception cref="CommandException">A file is missing.</exception>
    public FleetSecurity Read(ParseResult parsed)
    {
        string Full(Option<string?> option) => parsed.GetValue(option) is { Length: > 0 } path ? Path.GetFullPath(path) : "";
        var security = new FleetSecurity
        {
            TokenFile = Full(_tokenFile),
            TlsCertificate = Full(_tlsCert),
            TlsKey = Full(_tlsKey),
            TlsCa = Full(_tlsCa),
            WorkerCa = Full(_workerCa),
            AuditLog = Full(_auditLog),
            DataRoots = parsed.GetValue(_dataRoot) ?? [],
            IsInsecure = parsed.GetValue(_insecure),
            IsPlaintext = parsed.GetValue(_plaintext),
        };
        security.RequireFiles();
        return security;
    }

    private static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "file" };
}
