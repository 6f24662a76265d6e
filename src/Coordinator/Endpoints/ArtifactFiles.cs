using Google.Protobuf;
using Grpc.Core;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>The files of a job that a client may fetch.</summary>
internal static class ArtifactFiles
{
    private const int PieceBytes = 64 * 1024;
    private static readonly string[] Patterns = ["checkpoints/*.safetensors", "exported_models/*", "evaluation.json"];

    /// <summary>Sends the files in pieces. A file that a link leads to from elsewhere is left out.</summary>
    /// <exception cref="RpcException">The folder is not one that the job may write to (PERMISSION_DENIED).</exception>
    public static async Task SendAsync(
        string folder, PathGuard guard, IServerStreamWriter<DownloadArtifactsResponse> stream, CancellationToken cancellationToken)
    {
        if (!guard.AllowsWrite(folder))
        {
            throw RpcErrors.OutputOutside(folder);
        }

        var buffer = new byte[PieceBytes];
        foreach (var path in Patterns.SelectMany(pattern => Find(folder, pattern)).Where(guard.AllowsWrite).Order(StringComparer.Ordinal))
        {
            await using var file = File.OpenRead(path);
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            for (var offset = 0L; offset < file.Length || offset == 0;)
            {
                var count = await file.ReadAtLeastAsync(buffer, PieceBytes, throwOnEndOfStream: false, cancellationToken);
                await stream.WriteAsync(
                    new() { Path = name, Offset = offset, Size = file.Length, Data = ByteString.CopyFrom(buffer.AsSpan(0, count)) }, cancellationToken);
                if (count == 0)
                {
                    break;
                }

                offset += count;
            }
        }
    }

    private static IEnumerable<string> Find(string folder, string pattern)
    {
        var directory = Path.Combine(folder, Path.GetDirectoryName(pattern) ?? "");
        return Directory.Exists(directory) ? Directory.EnumerateFiles(directory, Path.GetFileName(pattern)) : [];
    }
}
