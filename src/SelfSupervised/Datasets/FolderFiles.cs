namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Lists the files below a folder that a data set consists of.</summary>
/// <remarks>
/// Names that start with a dot and folders called like lightly's outputs are passed over. Links are followed; a link back to a folder
/// above is not.
/// </remarks>
internal static class FolderFiles
{
    private const int DepthMaximum = 64;
    private const string OutputsFolder = "lightly_outputs";

    /// <summary>Relative names, with <c>/</c> between folders, and sizes, in the order of the file system.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="isWanted">Chooses by file name.</param>
    public static IEnumerable<(string Name, long Bytes)> Enumerate(string root, Func<string, bool> isWanted) =>
        Enumerate(new DirectoryInfo(root), "", [], isWanted);

    private static IEnumerable<(string Name, long Bytes)> Enumerate(
        DirectoryInfo folder, string prefix, List<string> above, Func<string, bool> isWanted)
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
                    foreach (var file in Enumerate(subfolder, prefix + subfolder.Name + "/", above, isWanted))
                    {
                        yield return file;
                    }
                }
            }
            else if (isWanted(entry.Name) && FindFile(entry) is { } file)
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
