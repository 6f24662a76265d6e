namespace LightlyCluster.Worker.Steps;

/// <summary>Files of a data set that were written lately.</summary>
internal static class ChangedFiles
{
    private const int NamedMaximum = 5;

    /// <summary>Names of the first five files at or below a path that were written after a time; none where the path is no local one.</summary>
    public static IReadOnlyList<string> Since(string path, DateTimeOffset time)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            : File.Exists(path) ? [path] : [];
        return
        [
            .. files.Where(file => File.GetLastWriteTimeUtc(file) > time.UtcDateTime)
                .Select(file => Directory.Exists(path) ? Path.GetRelativePath(path, file) : file)
                .Order(StringComparer.Ordinal).Take(NamedMaximum),
        ];
    }
}
