namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Images as files in a folder.</summary>
/// <remarks>
/// Where subfolders hold images and the folder itself holds none, the first folder of a name is the image's class, as in
/// torchvision's ImageFolder; images may lie deeper below it. Otherwise the data set has no labels. Names that start with a dot and
/// folders called like lightly's outputs are passed over. Links are followed; a link back to a folder above is not.
/// </remarks>
public sealed class FolderImageSource : ImageSource
{
    private const int DepthMaximum = 64;
    private const string OutputsFolder = "lightly_outputs";

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
    internal static bool HoldsImages(string root) => Enumerate(new DirectoryInfo(root), "", []).Any();

    private static ImageManifest Index(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new DatasetException($"The data folder '{root}' does not exist.");
        }

        var files = Enumerate(new DirectoryInfo(root), "", []).ToList();
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

    private static IEnumerable<(string Name, long Bytes)> Enumerate(DirectoryInfo folder, string prefix, List<string> above)
    {
        var realPath = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
        if (above.Count >= DepthMaximum || above.Contains(realPath))
        {
            yield break;
        }

        above.Add(realPath);
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => !entry.Name.StartsWith('.')))
        {
            if (entry is DirectoryInfo subfolder)
            {
                if (!subfolder.Name.Contains(OutputsFolder, StringComparison.Ordinal))
                {
                    foreach (var file in Enumerate(subfolder, prefix + subfolder.Name + "/", above))
                    {
                        yield return file;
                    }
                }
            }
            else if (ImageExtensions.Matches(entry.Name) && FindFile(entry) is { } file)
            {
                yield return (prefix + entry.Name, file.Length);
            }
        }

        above.RemoveAt(above.Count - 1);
    }

    // A dangling link is no file; the length of a link is that of its target.
    private static FileInfo? FindFile(FileSystemInfo entry)
    {
        var file = (entry.LinkTarget is null ? entry : entry.ResolveLinkTarget(returnFinalTarget: true)) as FileInfo;
        return file?.Exists == true ? file : null;
    }
}
