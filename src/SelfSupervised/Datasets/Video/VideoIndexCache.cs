using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using LightlyCluster.SelfSupervised.Checkpoints;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Remembers what indexing found out about the videos of a folder, so that a second process need not probe them again.</summary>
/// <remarks>
/// One file a folder in <c>$LIGHTLY_CACHE/video-index</c> (default <c>~/.cache/lightly</c>). A record counts while size and time of
/// last change of its video are the same. A cache that cannot be read or written is as good as none.
/// </remarks>
internal sealed class VideoIndexCache
{
    /// <summary>Environment variable that names the folder of all caches.</summary>
    public const string FolderVariable = "LIGHTLY_CACHE";

    private const int Version = 1;
    private const int FilesMaximum = 256;

    private readonly string _root;
    private readonly string _path;
    private readonly Dictionary<string, CachedVideo> _videos;

    private VideoIndexCache(string root, string path, Dictionary<string, CachedVideo> videos)
    {
        _root = root;
        _path = path;
        _videos = videos;
    }

    /// <summary>Folder of all caches.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen
        ? chosen
        : Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache", "lightly");

    /// <summary>Opens the cache of a data set.</summary>
    /// <param name="root">Folder that the names of its videos start at.</param>
    /// <param name="dataPath">What was asked for: the folder, or one video in it.</param>
    public static VideoIndexCache Open(string root, string dataPath)
    {
        var name = $"{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(Path.GetFullPath(dataPath))):x16}.json";
        var path = Path.Combine(Folder, "video-index", name);
        return new VideoIndexCache(root, path, Read(path));
    }

    /// <summary>The record of a video that has not changed; null where there is none.</summary>
    public VideoRecord? Find(string name) =>
        _videos.TryGetValue(name, out var video) && (video.Bytes, video.Modified) == Stamp(name) ? video.ToRecord() : null;

    /// <summary>Writes the records where any of them is new.</summary>
    public void Save(IReadOnlyList<VideoRecord> records)
    {
        if (records.All(record => Find(record.Name) is not null))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var content = new CacheFile(Version, [.. records.Select(record => CachedVideo.Of(record, Stamp(record.Name).Modified))]);
            AtomicFile.Write(_path, stream => JsonSerializer.Serialize(stream, content));
            Prune();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next process probes again.
        }
    }

    private static Dictionary<string, CachedVideo> Read(string path)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize<CacheFile>(File.ReadAllBytes(path)) is { Version: Version, Videos: { } videos })
            {
                return videos.DistinctBy(video => video.Name, StringComparer.Ordinal).ToDictionary(video => video.Name, StringComparer.Ordinal);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // As good as none.
        }

        return [];
    }

    private (long Bytes, long Modified) Stamp(string name) => VideoProbe.StampOf(Path.Combine(_root, name));

    private void Prune()
    {
        var files = new DirectoryInfo(Path.GetDirectoryName(_path)!).GetFiles("*.json");
        foreach (var old in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(FilesMaximum))
        {
            old.Delete();
        }
    }

    private sealed record CacheFile(int Version, IReadOnlyList<CachedVideo> Videos);
}
