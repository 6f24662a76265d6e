using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.Deploy.Tests.Settings;

/// <summary>A redis-server with the file, the users and the arguments of a pod; only folders and the port are this machine's.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly Process _process;

    private RedisProcess(Process process, string folder, int port) => (_process, Folder, Address) = (process, folder, $"localhost:{port}");

    /// <summary>host:port.</summary>
    public string Address { get; }

    /// <summary>Where the files are, those of a certificate among them.</summary>
    public string Folder { get; }

    public static async Task<RedisProcess> StartAsync(string configuration, byte[] users, IEnumerable<string> podArguments)
    {
        var folder = Directory.CreateTempSubdirectory("lightly-deploy").FullName;
        TestAuthority.Write(folder);
        var (file, port) = (Path.Combine(folder, "redis.conf"), FreePort());
        var replaced = configuration.Replace("dir /data", $"dir {folder}", StringComparison.Ordinal)
            .Replace("aclfile /etc/redis-users", $"aclfile {folder}", StringComparison.Ordinal)
            .Replace("port 6379", $"port {port}", StringComparison.Ordinal).Replace("bind 0.0.0.0", "bind 127.0.0.1", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, replaced);
        await File.WriteAllBytesAsync(Path.Combine(folder, "users.acl"), users);
        var arguments = podArguments.Select(argument => argument == "6379" ? $"{port}" : argument.Replace("/etc/redis-tls", folder, StringComparison.Ordinal));
        var process = Process.Start(new ProcessStartInfo("redis-server", [file, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var server = new RedisProcess(process, folder, port);
        await server.UntilReadyAsync();
        return server;
    }

    public async Task StopAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        Directory.Delete(Folder, recursive: true);
    }

    public void Dispose() => _process.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task UntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException("redis-server did not start");
    }
}
