using System.Collections.Immutable;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The file names that are taken for images when a folder or an archive is indexed: lightly's, and .gif.</summary>
public static class ImageExtensions
{
    /// <summary>Extensions in lower case, with their dot. Case does not matter in file names.</summary>
    public static ImmutableArray<string> All { get; } =
        [".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp", ".gif"];

    /// <summary>Tells whether a name looks like that of an image.</summary>
    /// <param name="name">A file name or path.</param>
    /// <returns>True when its extension is in the list.</returns>
    public static bool Matches(string name) => All.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);
}
