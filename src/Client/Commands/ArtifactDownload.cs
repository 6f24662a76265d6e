using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Client.Commands;

/// <summary>Fetches the files of a job; each appears under its name only when it is whole.</summary>
internal static class ArtifactDownload
{
    private const string PartSuffix = ".part";

    /// <summary>Fetches every file.</summary>
    /// <returns>Their relative paths.</returns>
    /// <exception cref="CommandException">The server names a path outside the folder.</exception>
    /// <exception cref="CoordinatorException">The server refuses.</exception>
    public static async Task<List<string>> RunAsync(LightlyClient client, string id, string directory, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(directory) + Path.DirectorySeparatorChar;
        var files = new List<string>();
        await foreach (var piece in client.DownloadAsync(id, cancellationToken))
        {
            var path = Path.GetFullPath(Path.Combine(root, piece.Path));
            if (!path.StartsWith(root, StringComparison.Ordinal) || LeadsOut(root, path))
            {
                throw new CommandException(ExitCode.Failure, $"The server names the file '{piece.Path}', which is outside {directory}; nothing more is fetched");
            }

            await WriteAsync(path, piece.Offset, piece.Data.Memory, cancellationToken);
            if (piece.Offset + piece.Data.Length >= piece.Size)
            {
                File.Move(path + PartSuffix, path, overwrite: true);
                files.Add(piece.Path);
            }
        }

        return files;
    }

    /// <summary>Whether a folder between the root and the file is a link that was there before.</summary>
    private static bool LeadsOut(string root, string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length >= root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                return true;
            }
        }

        return new FileInfo(path + PartSuffix).LinkTarget is not null;
    }

    private static async Task WriteAsync(string path, long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path + PartSuffix, offset == 0 ? FileMode.Create : FileMode.Open, FileAccess.Write);
        file.Position = offset;
        await file.WriteAsync(data, cancellationToken);
    }
}
