using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LightlyCluster.Tests.Media;

/// <summary>An S3 server of this machine: the npm package s3rver, which ./test installs into artifacts/npm.</summary>
internal sealed partial class LocalS3 : IAsyncDisposable
{
    public const string MissingReason = "s3rver is not installed (./test installs it with npm where there is one)";
    public const string Bucket = "pictures";

    private static readonly HttpClient Client = new();

    private readonly Process _process;
    private readonly string _folder;

    private LocalS3(Process process, string folder, string address)
    {
        _process = process;
        _folder = folder;
        Endpoint = $"http://{address}";
    }

    public static bool IsPossible => File.Exists(Program);

    /// <summary>Address of the server.</summary>
    public string Endpoint { get; }

    private static string Program { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "npm", "node_modules", "s3rver", "bin", "s3rver.js"));

    /// <summary>Starts a server with one empty bucket, and gives its keys to this process and its children.</summary>
    public static async Task<LocalS3> StartAsync()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "S3RVER");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "S3RVER");
        var folder = Directory.CreateTempSubdirectory("lightly-s3-").FullName;
        string[] arguments = [Program, "-d", folder, "-a", "127.0.0.1", "-p", "0", "--configure-bucket", Bucket];
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        var line = await process.StandardOutput.ReadLineAsync() ?? "";
        while (!Address().IsMatch(line))
        {
            line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("s3rver ended before it listened.");
        }

        _ = process.StandardOutput.ReadToEndAsync();
        return new(process, folder, Address().Match(line).Value);
    }

    /// <summary>Stores an object.</summary>
    public async Task PutAsync(string key, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        using var response = await Client.PutAsync(new Uri($"{Endpoint}/{Bucket}/{key}"), body);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
