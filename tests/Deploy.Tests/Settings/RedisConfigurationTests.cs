using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using LightlyCluster.Deploy.Tests.Objects;
using LightlyCluster.Fleet.Redis;

namespace LightlyCluster.Deploy.Tests.Settings;

public sealed class RedisConfigurationTests
{
    [Fact]
    public void Meta_is_durable_and_neither_server_evicts()
    {
        var overlay = Overlay.Load("production");
        var meta = overlay.ConfigMap("redis-meta").Data["redis.conf"].Split('\n');
        var data = overlay.ConfigMap("redis-data").Data["redis.conf"].Split('\n');

        meta.ShouldContain("appendonly yes");
        meta.ShouldContain("appendfsync always");
        meta.ShouldContain("maxmemory-policy noeviction");
        data.ShouldContain("appendonly no");
        data.ShouldContain("save \"\"");
        data.ShouldContain("maxmemory-policy noeviction");
        overlay.Pod("redis-meta").ClaimedVolumes.ShouldContain("data");
        overlay.Pod("redis-data").Spec.Volumes.Single(volume => volume.Name == "data").EmptyDir.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("redis-meta")]
    [InlineData("redis-data")]
    public void Memory_of_a_server_fits_its_pod(string name)
    {
        var overlay = Overlay.Load("production");
        var line = overlay.ConfigMap(name).Data["redis.conf"].Split('\n').Single(text => text.StartsWith("maxmemory ", StringComparison.Ordinal));
        var bytes = decimal.Parse(line["maxmemory ".Length..].Replace("gb", "", StringComparison.Ordinal)) * (1L << 30);

        bytes.ShouldBeGreaterThan(0);
        (bytes * 1.25m).ShouldBeLessThanOrEqualTo(overlay.Pod(name).Spec.Containers.Single().Resources.Limits["memory"].ToDecimal());
    }

    [Theory]
    [InlineData("redis-meta", "coordinator")]
    [InlineData("redis-data", "worker")]
    public async Task A_real_server_takes_the_file_and_the_users_and_lets_our_programs_in(string name, string user)
    {
        Tool.Require("redis-server");
        var overlay = Overlay.Load("local-cpu");
        var folder = Directory.CreateTempSubdirectory("lightly-deploy").FullName;
        var (configuration, users, port) = (Path.Combine(folder, "redis.conf"), Path.Combine(folder, "users.acl"), FreePort());
        await File.WriteAllTextAsync(configuration, overlay.ConfigMap(name).Data["redis.conf"].Replace("dir /data", $"dir {folder}", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(users, overlay.All<V1Secret>().Single(secret => secret.Name().StartsWith("store-", StringComparison.Ordinal)).Data["users.acl"]);
        string[] arguments = [configuration, "--port", $"{port}", "--bind", "127.0.0.1", "--aclfile", users];
        using var server = Process.Start(new ProcessStartInfo("redis-server", arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;

        try
        {
            await UntilReadyAsync(server);
            var address = $"127.0.0.1:{port},user={user},password=local-{user}";
            await using var connections = await RedisConnections.ConnectAsync(new(address, address), "deploy-tests");
            var stranger = await Should.ThrowAsync<StoreUnavailableException>(
                () => RedisConnections.ConnectAsync(new($"127.0.0.1:{port}", $"127.0.0.1:{port}"), "deploy-tests"));

            connections.Endpoints.Meta.ShouldBe(address);
            stranger.Message.ShouldContain("127.0.0.1");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task UntilReadyAsync(Process server)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await server.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException("redis-server did not start");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
