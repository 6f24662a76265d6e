using System.Collections.Immutable;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>The file names that are taken for videos when a folder is indexed.</summary>
public static class VideoExtensions
{
    /// <summary>Extensions in lower case, with their dot. Case does not matter in file names. lightly's come first.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        ".mp4", ".mov", ".avi", ".mpg", ".hevc", ".m4v", ".webm", ".mpeg",
        ".mkv", ".wmv", ".flv", ".ts", ".mts", ".m2ts", ".3gp", ".ogv", ".h264",
    ];

    /// <summary>Tells whether a name looks like that of a video.</summary>
    /// <param name="name">A file name or path.</param>
    /// <returns>True when its extension is in the list.</returns>
    public static bool Matches(string name) => All.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
