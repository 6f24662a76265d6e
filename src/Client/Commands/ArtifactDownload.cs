using Grpc.Core;
using LightlyCluster.Client.Server;

namespace LightlyCluster.Client.Commands;

/// <summary>Fetches the files of a job; each appears under its name only when it is whole.</summary>
internal static class ArtifactDownload
{
    private const string PartSuffix = ".part";

    /// <summary>Fetches every file.</summary>
    /// <returns>Their relative paths.</returns>
    /// <exception cref="CommandException">The server refuses, or names a path outside the folder.</exception>
    public static async Task<List<string>> RunAsync(JobClient client, string id, string directory, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(directory) + Path.DirectorySeparatorChar;
        var files = new List<string>();
        try
        {
            await foreach (var piece in client.DownloadAsync(id, cancellationToken))
            {
                var path = Path.GetFullPath(Path.Combine(root, piece.Path));
                if (!path.StartsWith(root, StringComparison.Ordinal))
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
        }
        catch (RpcException exception)
        {
            throw RpcErrors.Translate(exception, client.Server);
        }

        return files;
    }

    private static async Task WriteAsync(string path, long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path + PartSuffix, offset == 0 ? FileMode.Create : FileMode.Open, FileAccess.Write);
        file.Position = offset;
        await file.WriteAsync(data, cancellationToken);
    }
}
