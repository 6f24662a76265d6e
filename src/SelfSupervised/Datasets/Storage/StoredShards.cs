namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>Opens the tar shards of a place in storage.</summary>
internal static class StoredShards
{
    /// <summary>Brings the shards here, where they are not yet, and indexes them.</summary>
    /// <exception cref="DatasetException">There are no shards, no access, no room, or an archive is damaged.</exception>
    /// <exception cref="StorageUnavailableException">The storage cannot be reached.</exception>
    public static async Task<TarImageSource> OpenAsync(
        string address, StorageOptions options, IndexProgress? progress, CancellationToken cancellationToken)
    {
        var location = StorageLocation.Parse(address);
        using var store = new ObjectStore(location.Bucket, options);
        var objects = await FindAsync(store, location, cancellationToken);
        return new TarImageSource(await ShardCache.Of(options).EnsureAsync(store, objects, progress, cancellationToken));
    }

    private static async Task<IReadOnlyList<StoredObject>> FindAsync(ObjectStore store, StorageLocation location, CancellationToken cancellationToken)
    {
        if (location.IsShard)
        {
            var entry = await store.FindAsync(location.Key, cancellationToken);
            return entry is not null ? [entry] : throw new DatasetException($"{location} does not exist.");
        }

        var objects = (await store.ListAsync(location.Key, cancellationToken))
            .Where(entry => entry.Key.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            .ToList();
        return objects.Count > 0
            ? objects
            : throw new DatasetException($"{location} holds no .tar shards; name a prefix that does (shards directly below it count).");
    }
}
