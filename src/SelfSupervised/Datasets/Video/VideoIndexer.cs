using System.Collections.Concurrent;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Indexes the videos of a folder, several at a time, or one video.</summary>
internal static class VideoIndexer
{
    private const int FaultsShown = 10;

    /// <summary>Indexes every video; what an earlier indexing found out is used again where size and time of a file are the same.</summary>
    /// <param name="path">A folder, or one video.</param>
    /// <param name="options">Progress, and what happens to videos that cannot be used.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The folder, the videos in ordinal order of their names, and the names of those that were left out.</returns>
    /// <exception cref="DatasetException">Folder missing, no videos, videos that cannot be used (all of them named), no ffmpeg.</exception>
    public static VideoIndex Index(string path, ImageSourceOptions options, CancellationToken cancellationToken)
    {
        var (root, names) = List(path);
        FfmpegProgram.Find("ffprobe");
        FfmpegProgram.Find("ffmpeg");
        var cache = VideoIndexCache.Open(root, path);
        var records = new VideoRecord?[names.Length];
        var faults = new ConcurrentBag<string>();
        var done = 0;
        options.Progress?.Invoke(0, names.Length, "videos");
        ParallelWork.For(names.Length, place =>
        {
            try
            {
                records[place] = cache.Find(names[place]) ?? VideoProbe.Probe(root, names[place], cancellationToken);
            }
            catch (DatasetException error) when (error is VideoException or CorruptImageException)
            {
                faults.Add(error.Message);
            }

            options.Progress?.Invoke(Interlocked.Increment(ref done), names.Length, "videos");
        }, cancellationToken);
        var indexed = records.Where(record => record is not null).Select(record => record!).ToArray();
        if (!faults.IsEmpty && (!options.IsSkippingBadVideos || indexed.Length == 0))
        {
            throw new VideoException(Describe([.. faults.Order(StringComparer.Ordinal)]));
        }

        cache.Save(indexed);
        return new(root, indexed, [.. names.Where((_, place) => records[place] is null)]);
    }

    private static (string Root, string[] Names) List(string path)
    {
        if (File.Exists(path))
        {
            return VideoExtensions.Matches(path)
                ? (Path.GetDirectoryName(Path.GetFullPath(path))!, [Path.GetFileName(path)])
                : throw new DatasetException(
                    $"'{path}' is no video by its name; name a folder of videos, or one video ({string.Join(", ", VideoExtensions.All)}).");
        }

        if (!Directory.Exists(path))
        {
            throw new DatasetException($"The data folder '{path}' does not exist.");
        }

        var names = FolderFiles.Enumerate(path, VideoExtensions.Matches).Select(file => file.Name).Order(StringComparer.Ordinal).ToArray();
        return names.Length > 0
            ? (path, names)
            : throw new DatasetException(
                $"Found no videos in the folder '{path}'. Supported extensions are: {string.Join(", ", VideoExtensions.All)}.");
    }

    private static string Describe(IReadOnlyList<string> faults) => faults.Count <= FaultsShown
        ? string.Join('\n', faults)
        : string.Join('\n', faults.Take(FaultsShown).Append($"... and {faults.Count - FaultsShown} more videos that cannot be used."));
}
