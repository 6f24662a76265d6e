using LightlyCluster.SelfSupervised.Datasets.Storage;
using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Opens a data set by its path.</summary>
public static class ImageSources
{
    /// <summary>Name of the source kind for folders of image files.</summary>
    public const string Folder = "folder";

    /// <summary>Name of the source kind for tar archives.</summary>
    public const string Tar = "tar";

    /// <summary>Name of the source kind for the frames of videos.</summary>
    public const string Video = "video";

    /// <summary>Indexes a data set on a disk. Reads names and sizes only.</summary>
    /// <param name="path">A folder of images, of videos, or of tar archives, or one tar archive or video.</param>
    /// <param name="source">"folder", "tar" or "video"; empty to find out.</param>
    /// <returns>The opened source; the caller disposes it.</returns>
    /// <exception cref="DatasetException">
    /// The path is missing or is not what <paramref name="source"/> says, holds no images, or an archive or a video is damaged.
    /// </exception>
    public static ImageSource Open(string path, string source) =>
        Open(path, new ImageSourceOptions { Source = source ?? "" }, CancellationToken.None);

    /// <summary>Indexes a data set on a disk or in S3-compatible storage; shards of storage are brought to this machine first.</summary>
    /// <param name="path">A path as in <see cref="Open(string, string)"/>, <c>s3://bucket/prefix</c> or <c>s3://bucket/name.tar</c>.</param>
    /// <param name="options">What it is and how it is opened.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The opened source; the caller disposes it.</returns>
    /// <exception cref="DatasetException">
    /// The path is missing or is not what the options say, holds no images, or something in it is damaged.
    /// </exception>
    /// <exception cref="StorageUnavailableException">The storage cannot be reached.</exception>
    public static async Task<ImageSource> OpenAsync(string path, ImageSourceOptions options, CancellationToken cancellationToken)
    {
        if (!StorageLocation.Matches(path))
        {
            return Open(path, options, cancellationToken);
        }

        return options.Source is "" or Tar
            ? await StoredShards.OpenAsync(path, options.Storage, options.Progress, cancellationToken)
            : throw new DatasetException(
                $"'{path}' is storage, which holds tar shards; the data source is '{options.Source}'. Leave it out, or use '{Tar}'.");
    }

    private static ImageSource Open(string path, ImageSourceOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (StorageLocation.Matches(path))
        {
            throw new DatasetException($"'{path}' is storage; open it with {nameof(OpenAsync)}, or copy it to a disk first.");
        }

        try
        {
            return options.Source switch
            {
                "" => Detect(path, options, cancellationToken),
                Folder => OpenFolder(path),
                Tar => OpenTar(path),
                Video => new VideoImageSource(path, options, cancellationToken),
                _ => throw new DatasetException($"Unknown data source '{options.Source}'; known are '{Folder}', '{Tar}' and '{Video}'."),
            };
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DatasetException($"The data at '{path}' may not be read: {exception.Message}", exception);
        }
    }

    // As in lightly, a folder that holds a video anywhere is a folder of videos.
    private static ImageSource Detect(string path, ImageSourceOptions options, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
        {
            return VideoExtensions.Matches(path) ? new VideoImageSource(path, options, cancellationToken) : OpenTar(path);
        }

        RequireFolder(path);
        if (VideoImageSource.HoldsVideos(path))
        {
            return new VideoImageSource(path, options, cancellationToken);
        }

        return TarImageSource.ListArchives(path).Count > 0 && !FolderImageSource.HoldsImages(path)
            ? new TarImageSource(TarImageSource.ListArchives(path))
            : new FolderImageSource(path);
    }

    private static FolderImageSource OpenFolder(string path)
    {
        if (File.Exists(path))
        {
            throw new DatasetException($"'{path}' is a file; the data source '{Folder}' needs a folder of images.");
        }

        RequireFolder(path);
        return new FolderImageSource(path);
    }

    private static TarImageSource OpenTar(string path)
    {
        if (File.Exists(path))
        {
            if (!path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase))
            {
                throw new DatasetException(
                    $"'{path}' is neither a folder nor a .tar archive nor a video (compressed archives must be unpacked to .tar first).");
            }

            return new TarImageSource([path]);
        }

        RequireFolder(path);
        var archives = TarImageSource.ListArchives(path);
        return archives.Count > 0
            ? new TarImageSource(archives)
            : throw new DatasetException($"The folder '{path}' holds no .tar archives, which the data source '{Tar}' needs.");
    }

    private static void RequireFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new DatasetException($"The data folder '{path}' does not exist.");
        }
    }
}
