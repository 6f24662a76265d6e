using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Worker.Hosting;

/// <summary>What a worker is told: on its command line, or as environment variables <c>Worker__Coordinator</c> and so on.</summary>
public sealed class WorkerOptions
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Worker";

    private const int ThreadsMaximum = 1024;

    /// <summary>Address of the coordinator, for example http://127.0.0.1:50051; several with commas between: whichever leads is used.</summary>
    public string Coordinator { get; set; } = "http://127.0.0.1:50051";

    /// <summary>Stable name. Default: host name and process id.</summary>
    public string Id { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>cpu, cuda or auto (cuda where there is one). Default auto.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>Intra-op threads of a CPU worker; part of the numeric class. Default 1: a machine is filled with workers, not threads.</summary>
    public int Threads { get; set; } = 1;

    /// <summary>host:port at which this worker reaches META, where it differs from what the coordinator says.</summary>
    public string Meta { get; set; } = "";

    /// <summary>host:port at which this worker reaches DATA, where it differs from what the coordinator says.</summary>
    public string Data { get; set; } = "";

    /// <summary>host:port on which gRPC health probes are answered, without TLS and with nothing else; empty: none. Default empty.</summary>
    public string Probes { get; set; } = "";

    /// <summary>
    /// Name or address at which other workers reach this one, for jobs with <c>sync.transport: peer</c> or <c>auto</c>. Default: the
    /// address of the interface on the way to META.
    /// </summary>
    public string PeerAddress { get; set; } = "";

    /// <summary>TCP port for other workers, opened by the first job that uses it. Default 0: any free one.</summary>
    public int PeerPort { get; set; }

    /// <summary>Whether workers of this machine read gradients in this one's memory. Default true; false: all bytes go through sockets.</summary>
    public bool PeerMemory { get; set; } = true;

    /// <summary>Token with the role worker; give it by the environment (<c>Worker__Token</c>) or, better, by <see cref="TokenFile"/>. Default: none.</summary>
    public string Token { get; set; } = "";

    /// <summary>File that holds the token; read with each new connection. Default: none.</summary>
    public string TokenFile { get; set; } = "";

    /// <summary>PEM file of the authority of the coordinator's certificate. Default: those of the system.</summary>
    public string TlsCa { get; set; } = "";

    /// <summary>PEM file of a client certificate by which the coordinator knows this worker, instead of a token. Default: none.</summary>
    public string TlsCertificate { get; set; } = "";

    /// <summary>PEM file of its private key. Default: it is in the file of the certificate.</summary>
    public string TlsKey { get; set; } = "";

    /// <summary>Decoded images are kept up to this many megabytes. Default 1024.</summary>
    public int ImageCacheMegabytes { get; set; } = 1024;

    /// <summary>Folder of assemblies with methods of users; default: the environment variable LIGHTLY_PLUGINS. Empty: none are loaded.</summary>
    public string Plugins { get; set; } = Environment.GetEnvironmentVariable("LIGHTLY_PLUGINS") ?? "";

    /// <summary>Process whose end ends the worker; 0 for none.</summary>
    public int Parent { get; set; }

    /// <summary>What is wrong with the settings, for people; null when nothing is.</summary>
    internal string? Problem =>
        Device is not ("auto" or "cpu" or "cuda")
            ? $"Worker:Device is '{Device}'; allowed is cpu, cuda or auto (--device)."
        : Threads is < 1 or > ThreadsMaximum
            ? $"Worker:Threads is {Threads}; allowed is 1 to {ThreadsMaximum} (--threads)."
        : ImageCacheMegabytes < 0
            ? $"Worker:ImageCacheMegabytes is {ImageCacheMegabytes}; allowed is 0 (nothing is kept) or more (--image-cache-megabytes)."
        : PeerPort is < 0 or > ushort.MaxValue
            ? $"Worker:PeerPort is {PeerPort}; allowed is 0 (any free one) to {ushort.MaxValue} (--peer-port)."
        : PeerAddress.Length > 0 && Uri.CheckHostName(PeerAddress) == UriHostNameType.Unknown
            ? $"Worker:PeerAddress is '{PeerAddress}'; write a host name or IP address, without a port (--peer-address)."
        : null;

    /// <summary>How this worker proves who it is.</summary>
    internal ConnectionSettings Connection => new() { Token = Token, TokenFile = TokenFile, TlsCa = TlsCa, TlsCertificate = TlsCertificate, TlsKey = TlsKey };
}
