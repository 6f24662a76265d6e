namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Images as files in a folder.</summary>
/// <remarks>
/// Where subfolders hold images and the folder itself holds none, the first folder of a name is the image's class, as in
/// torchvision's ImageFolder; images may lie deeper below it. Otherwise the data set has no labels.
/// </remarks>
public sealed class FolderImageSource : ImageFileSource
{
    private readonly string _root;

    /// <summary>Indexes a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <exception cref="DatasetException">The folder is missing or holds no images.</exception>
    public FolderImageSource(string root)
        : base(Index(root))
    {
        _root = root;
    }

    /// <inheritdoc/>
    public override byte[] ReadBytes(int index)
    {
        RequireIndex(index);
        var bytes = File.ReadAllBytes(Path.Combine(_root, Manifest.Names[index]));
        return bytes.LongLength == Manifest.Sizes[index]
            ? bytes
            : throw new IOException(
                $"'{Manifest.Names[index]}' has {bytes.LongLength} bytes now; {Manifest.Sizes[index]} when the data set was indexed.");
    }

    /// <summary>Tells whether an image lies anywhere below a folder.</summary>
    internal static bool HoldsImages(string root) => FolderFiles.Enumerate(root, ImageExtensions.Matches).Any();

    private static ImageManifest Index(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new DatasetException($"The data folder '{root}' does not exist.");
        }

        var files = FolderFiles.Enumerate(root, ImageExtensions.Matches).ToList();
        if (files.Count == 0)
        {
            throw new DatasetException(
                $"Found no images in the folder '{root}'. Supported extensions are: {string.Join(", ", ImageExtensions.All)}.");
        }

        files.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        var names = files.ConvertAll(file => file.Name);
        var sizes = files.ConvertAll(file => file.Bytes);
        var (labels, classNames) = ClassFolders.Label(names);
        return new ImageManifest(names, sizes, labels, classNames);
    }
}
