using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.SelfSupervised.Datasets.Storage;

/// <summary>Keeps shards of storage as files on this machine, up to a number of bytes.</summary>
/// <remarks>
/// A shard lies in a folder named after server, bucket, key and entity tag, so that a changed object is another file. One process of
/// the machine downloads, the others wait for its lock. A download goes to another name first, goes on where it was broken off, and
/// gets its name when size and hash are right. Shards that were not used for longest make room.
/// </remarks>
internal sealed class ShardCache(string folder, long bytesMaximum)
{
    private const string PartialExtension = ".partial";
    private const int Attempts = 4;
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The cache that the options name.</summary>
    public static ShardCache Of(StorageOptions options) => new(
        Path.Combine(options.CacheFolder.Length > 0 ? options.CacheFolder : VideoIndexCache.Folder, "shards"), options.CacheBytes);

    /// <summary>Makes sure that shards are here.</summary>
    /// <returns>Their paths, in the order of the objects.</returns>
    /// <exception cref="DatasetException">All of them together are larger than the cache may be, or a download has another hash.</exception>
    public async Task<IReadOnlyList<string>> EnsureAsync(
        ObjectStore store, IReadOnlyList<StoredObject> objects, IndexProgress? progress, CancellationToken cancellationToken)
    {
        var needed = objects.Sum(entry => entry.Bytes);
        if (needed > bytesMaximum)
        {
            throw new DatasetException(
                $"The shards take {needed} bytes, the cache may hold {bytesMaximum}; raise resources.cacheMegabytes to {(needed / 1_000_000) + 1}.");
        }

        var paths = objects.Select(entry => PathOf(store, entry)).ToArray();
        Directory.CreateDirectory(folder);
        long done = 0;
        for (var place = 0; place < paths.Length; place++)
        {
            done += await EnsureAsync(store, objects[place], paths, place, bytes => Tell(done + bytes, needed, progress), cancellationToken);
            Tell(done, needed, progress);
        }

        return paths;
    }

    private static void Tell(long done, long total, IndexProgress? progress)
    {
        const long Kilobyte = 1000;
        progress?.Invoke(done / Kilobyte, total / Kilobyte, "kB");
    }

    private async Task<long> EnsureAsync(
        ObjectStore store, StoredObject entry, IReadOnlyList<string> paths, int place, Action<long> progress, CancellationToken cancellationToken)
    {
        var path = paths[place];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var held = await LockAsync(Path.GetDirectoryName(path)! + ".lock", cancellationToken);
        if (IsHere(path, entry))
        {
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            return entry.Bytes;
        }

        MakeRoom(entry.Bytes, paths);
        await DownloadAsync(store, entry, path + PartialExtension, progress, cancellationToken);
        await RequireHashAsync(entry, path + PartialExtension, cancellationToken);
        File.Move(path + PartialExtension, path, overwrite: true);
        return entry.Bytes;
    }

    private static async Task DownloadAsync(
        ObjectStore store, StoredObject entry, string partial, Action<long> progress, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            if (file.Length > entry.Bytes)
            {
                file.SetLength(0);
            }

            file.Seek(0, SeekOrigin.End);
            try
            {
                if (file.Length < entry.Bytes)
                {
                    await store.AppendAsync(entry, file, _ => progress(file.Position), cancellationToken);
                }

#pragma warning disable CA1849 // Only the synchronous one waits for the disk.
                file.Flush(flushToDisk: true);
#pragma warning restore CA1849
                if (file.Length >= entry.Bytes)
                {
                    return;
                }
            }
            catch (IOException) when (attempt < Attempts)
            {
                // What has come stays in the file; the next attempt goes on behind it.
            }

            if (attempt == Attempts)
            {
                throw new StorageUnavailableException($"'{entry.Key}' has {entry.Bytes} bytes, but after {Attempts} attempts only {file.Length} came.");
            }
        }
    }

    private static async Task RequireHashAsync(StoredObject entry, string partial, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(partial).Length;
        var hash = entry.Hash is null ? null : await HashAsync(partial, cancellationToken);
        if (bytes == entry.Bytes && hash == entry.Hash)
        {
            return;
        }

        File.Delete(partial);
        throw new DatasetException(
            $"'{entry.Key}' came with {bytes} bytes and MD5 {hash ?? "-"}; the storage says {entry.Bytes} and {entry.Hash ?? "-"}. Try again; if it stays, store the object again.");
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
#pragma warning disable CA5351, CA5350 // The entity tag of S3 is an MD5; it guards against damage, not against an attacker.
        return Convert.ToHexStringLower(await MD5.HashDataAsync(file, cancellationToken));
#pragma warning restore CA5351, CA5350
    }

    private static bool IsHere(string path, StoredObject entry) => File.Exists(path) && new FileInfo(path).Length == entry.Bytes;

    private void MakeRoom(long bytes, IReadOnlyList<string> inUse)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Where(file => file.Extension is not ".lock")
            .OrderBy(file => file.LastWriteTimeUtc)
            .ToList();
        var total = files.Sum(file => file.Length) + bytes;
        foreach (var file in files.Where(file => !inUse.Contains(file.FullName.Replace(PartialExtension, "", StringComparison.Ordinal))))
        {
            if (total <= bytesMaximum)
            {
                return;
            }

            total -= file.Length;
            file.Delete();
        }
    }

    private string PathOf(ObjectStore store, StoredObject entry)
    {
        var name = $"{XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{store.Identity}|{entry.Key}|{entry.Tag}|{entry.Bytes}")):x32}";
        return Path.GetFullPath(Path.Combine(folder, name, entry.Key[(entry.Key.LastIndexOf('/') + 1)..]));
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockInterval, TimeProvider.System, cancellationToken);
            }
        }
    }
}
