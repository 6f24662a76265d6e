namespace LightlyCluster.Hosting.CommandLine;

/// <summary>Flags that coordinator and worker have in common.</summary>
public static class CommonFlags
{
    /// <summary>How the store lets a process in. A password has no flag: everybody on the machine can read command lines.</summary>
    public static IReadOnlyList<ProgramFlag> Store { get; } =
    [
        new("--store-user", "Store:User", "ACL user of the store. Default: the store's default user"),
        new("--store-password-file", "Store:PasswordFile", "File with the store's password (or the environment variable Store__Password)"),
        new("--store-tls", "Store:Tls", "Reach the store through TLS only", IsSwitch: true),
        new("--store-ca", "Store:Ca", "PEM file of the authority of the store's certificate. Default: those of the system"),
    ];

    /// <summary>How a process logs.</summary>
    public static IReadOnlyList<ProgramFlag> Logs { get; } =
    [
        new("--log-format", "Telemetry:LogFormat", "text or json. Default: LIGHTLY_LOG_FORMAT, otherwise text"),
    ];
}
