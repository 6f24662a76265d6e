namespace LightlyCluster.Client.Commands;

/// <summary>Checks where a command is to write, before it works for minutes.</summary>
internal static class OutputPaths
{
    /// <summary>Requires that a file can be written; makes nothing.</summary>
    /// <param name="flag">The flag that names it, for messages.</param>
    /// <param name="path">What the user wrote.</param>
    /// <param name="isOverwriting">Whether a file that is there may be replaced.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="CommandException">It is a folder, is there already, or its folder is missing.</exception>
    public static string RequireFile(string flag, string path, bool isOverwriting)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new CommandException($"{flag} {path} is a folder; name a file");
        }

        if (File.Exists(full) && !isOverwriting)
        {
            throw new CommandException($"{flag} {path} is there already; name another file, or give --overwrite");
        }

        return Directory.Exists(Path.GetDirectoryName(full))
            ? full
            : throw new CommandException($"{flag} {path}: the folder {Path.GetDirectoryName(full)} does not exist; make it first");
    }

    /// <summary>Requires that a folder can be written into; makes nothing.</summary>
    /// <param name="flag">The flag that names it, for messages.</param>
    /// <param name="path">What the user wrote.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="CommandException">It, or one above it, is a file.</exception>
    public static string RequireFolder(string flag, string path)
    {
        var full = Path.GetFullPath(path);
        for (var above = full; above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            if (File.Exists(above))
            {
                throw new CommandException($"{flag} {path}: {above} is a file; name a folder");
            }
        }

        return full;
    }
}
