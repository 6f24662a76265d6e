namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>A place in S3-compatible storage: <c>s3://bucket/prefix</c> for a folder of shards, <c>s3://bucket/name.tar</c> for one.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">Key of a shard, or a prefix that ends in <c>/</c>; empty for the whole bucket.</param>
public sealed record StorageLocation(string Bucket, string Key)
{
    private const string Scheme = "s3://";

    /// <summary>True where the key is that of one shard.</summary>
    public bool IsShard => Key.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>Tells whether a path is a place in storage rather than one on a disk.</summary>
    /// <param name="path">A path or address.</param>
    /// <returns>True for addresses.</returns>
    public static bool Matches(string path) => path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <param name="address">s3://bucket/prefix.</param>
    /// <returns>Its parts.</returns>
    /// <exception cref="DatasetException">The address names no bucket.</exception>
    public static StorageLocation Parse(string address)
    {
        var rest = Matches(address) ? address[Scheme.Length..] : "";
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var bucket = slash < 0 ? rest : rest[..slash];
        if (bucket.Length == 0)
        {
            throw new DatasetException($"'{address}' names no bucket; write s3://bucket/prefix or s3://bucket/name.tar.");
        }

        var key = slash < 0 ? "" : rest[(slash + 1)..].TrimStart('/');
        var isFolder = key.Length > 0 && !key.EndsWith('/') && !key.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);
        return new(bucket, isFolder ? key + "/" : key);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Bucket}/{Key}";
}
