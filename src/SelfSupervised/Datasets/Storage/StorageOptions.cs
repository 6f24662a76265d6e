namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>How storage is reached and how much of it is kept on this machine.</summary>
/// <remarks>
/// Keys come from where Amazon's tools take them: <c>AWS_ACCESS_KEY_ID</c> and <c>AWS_SECRET_ACCESS_KEY</c>, a profile, or the
/// machine's role. They never stand in a job file.
/// </remarks>
public sealed record StorageOptions
{
    /// <summary>Default of <see cref="CacheBytes"/>: 50 GB.</summary>
    public const long CacheBytesDefault = 50_000_000_000;

    /// <summary>Address of the server; empty: <c>AWS_ENDPOINT_URL_S3</c>, else <c>AWS_ENDPOINT_URL</c>, else Amazon's.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Region; empty: <c>AWS_REGION</c>, else <c>AWS_DEFAULT_REGION</c>, else us-east-1.</summary>
    public string Region { get; init; } = "";

    /// <summary>Folder of the cache; empty: <c>LIGHTLY_CACHE</c>, else <c>~/.cache/lightly</c>.</summary>
    public string CacheFolder { get; init; } = "";

    /// <summary>Bytes that the cache may hold; the shards that were not used for longest go first.</summary>
    public long CacheBytes { get; init; } = CacheBytesDefault;
}
