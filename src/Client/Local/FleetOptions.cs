namespace LightlyCluster.Client.Local;

/// <summary>What a local fleet consists of.</summary>
internal sealed record FleetOptions
{
    /// <summary>Folder for the log, the list of processes and the files of the store.</summary>
    public required string Folder { get; init; }

    /// <summary>Name of the log within the folder.</summary>
    public string LogName { get; init; } = "train.log";

    /// <summary>Folder below which jobs get an output folder that name none.</summary>
    public required string Results { get; init; }

    /// <summary>Number of worker processes.</summary>
    public required int Workers { get; init; }

    /// <summary>Threads of a worker.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>host:port of a Redis server; empty: an embedded store is started.</summary>
    public string Redis { get; init; } = "";

    /// <summary>Where the coordinator listens; port 0 takes a free one.</summary>
    public string Listen { get; init; } = "127.0.0.1:0";

    /// <summary>Where the dashboard is; port 0 takes a free one, none: there is none.</summary>
    public string Http { get; init; } = "127.0.0.1:0";

    /// <summary>Who may call, and what jobs may read.</summary>
    public FleetSecurity Security { get; init; } = new();

    /// <summary>Memory for payloads in the embedded store, as Garnet writes sizes.</summary>
    public string DataMemory { get; init; } = "1g";
}
