using System.Net;
using System.Net.Sockets;
using LightlyCluster.FleetRuns.Tests;
using StackExchange.Redis;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>A redis-server behind TLS that lets one ACL user in, and nobody else.</summary>
internal sealed class TlsRedis : IAsyncDisposable
{
    public const string User = "lightly";
    public const string Password = "hunter2-hunter2-hunter2";

    private readonly ChildProcess _process;
    private readonly string _authority;

    private TlsRedis(ChildProcess process, string address, string authority) => (_process, Address, _authority) = (process, address, authority);

    public string Address { get; }

    public static async Task<TlsRedis> StartAsync(string folder, TestCertificates authority)
    {
        Directory.CreateDirectory(folder);
        var (certificate, key) = authority.IssueServer("redis.test");
        var port = FreePort();
        var users = Path.Combine(folder, "redis.conf");
        await File.WriteAllTextAsync(users, $"user default off\nuser {User} on >{Password} ~* &* +@all\n");
        var process = ChildProcess.Start(
            "redis-server",
            [users, "--port", "0", "--tls-port", $"{port}", "--bind", "127.0.0.1", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file",
             authority.Authority, "--tls-auth-clients", "no", "--save", "", "--dir", folder]);
        await process.SaysAsync("Ready to accept connections");
        return new(process, $"localhost:{port}", authority.Authority);
    }

    /// <summary>Waits until a client of this name is connected.</summary>
    public async Task IsUsedByAsync(string client)
    {
        var options = ConfigurationOptions.Parse($"{Address},ssl=true,user={User},password={Password},allowAdmin=true");
        options.TrustIssuer(_authority);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        for (var tries = 0; !(await connection.GetServers()[0].ClientListAsync()).Any(entry => entry.Name == client); tries++)
        {
            tries.ShouldBeLessThan(600, $"no client '{client}' is connected after 30 s");
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
