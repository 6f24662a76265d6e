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
        using var server = await StartAsync(name, "local-cpu");
        try
        {
            var access = new StoreAccess { User = user, Password = $"local-{user}" };
            await using var connections = await RedisConnections.ConnectAsync(new(server.Address, server.Address, Access: access), "deploy-tests");
            var stranger = await Should.ThrowAsync<StoreUnavailableException>(
                () => RedisConnections.ConnectAsync(new(server.Address, server.Address), "deploy-tests"));

            stranger.Message.ShouldContain("localhost");
        }
        finally
        {
            await server.StopAsync();
        }
    }

    [Theory]
    [InlineData("redis-meta")]
    [InlineData("redis-data")]
    public async Task A_real_server_speaks_TLS_with_what_production_adds_to_its_command(string name)
    {
        using var server = await StartAsync(name, "production");
        try
        {
            var access = new StoreAccess { User = "worker", Password = "local-worker", Tls = true, Ca = Path.Combine(server.Folder, "ca.crt") };
            await using var connections = await RedisConnections.ConnectAsync(new(server.Address, server.Address, Access: access), "deploy-tests");

            await Should.ThrowAsync<StoreUnavailableException>(() => RedisConnections.ConnectAsync(
                new(server.Address, server.Address, Access: new StoreAccess { User = "worker", Password = "local-worker" }), "deploy-tests"));
        }
        finally
        {
            await server.StopAsync();
        }
    }

    private static Task<RedisProcess> StartAsync(string name, string overlayName)
    {
        Tool.Require("redis-server");
        var overlay = Overlay.Load(overlayName);
        var users = Overlay.Load("local-cpu").All<V1Secret>().Single(secret => secret.Name().StartsWith("store-", StringComparison.Ordinal)).Data["users.acl"];
        return RedisProcess.StartAsync(overlay.ConfigMap(name).Data["redis.conf"], users, overlay.Pod(name).Spec.Containers.Single().Args ?? []);
    }
}
