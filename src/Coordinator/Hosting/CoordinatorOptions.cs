using System.ComponentModel.DataAnnotations;

namespace LightlyCluster.Coordinator.Hosting;

/// <summary>What a coordinator is told: on its command line, or as environment variables <c>Coordinator__Meta</c> and so on.</summary>
public sealed class CoordinatorOptions
{
    /// <summary>Name of the section.</summary>
    public const string SectionName = "Coordinator";

    /// <summary>host:port of the META store, with options of StackExchange.Redis after commas. No default.</summary>
    [Required]
    public string Meta { get; set; } = "";

    /// <summary>host:port of the DATA store. Default: the META store.</summary>
    public string Data { get; set; } = "";

    /// <summary>How long a store that does not answer is waited for at start, as H:MM:SS; then exit code 4. Default 0: not at all.</summary>
    public TimeSpan StoreWait { get; set; }

    /// <summary>host:port to listen on; port 0 takes a free one. Default 127.0.0.1:50051.</summary>
    [Required]
    public string Listen { get; set; } = "127.0.0.1:50051";

    /// <summary>
    /// host:port of the dashboard and of /metrics; port 0 takes a free one; "none": neither. Default: the port after that of
    /// <see cref="Listen"/> on this machine only.
    /// </summary>
    public string Http { get; set; } = "";

    /// <summary>Address at which workers and other coordinators reach this one. Default: where it listens, or the name of the machine.</summary>
    public string Advertise { get; set; } = "";

    /// <summary>host:port on which gRPC health probes are answered, without TLS and with nothing else; empty: none. Default empty.</summary>
    public string Probes { get; set; } = "";

    /// <summary>Folder below which jobs without an output folder of their own get one; a path of the workers as well.</summary>
    [Required]
    public string Results { get; set; } = "lightly-jobs";

    /// <summary>First part of every key in the store. Default "lightly".</summary>
    [Required]
    public string KeyPrefix { get; set; } = "lightly";

    /// <summary>Process whose end ends the coordinator; 0 for none.</summary>
    public int Parent { get; set; }
}
