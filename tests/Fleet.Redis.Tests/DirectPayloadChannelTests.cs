using System.Net;
using LightlyCluster.Fleet.Redis.Payloads;
using LightlyCluster.FleetRuns.Tests;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>Payloads over our own connection, against a real redis-server; the embedded store is covered by the script tests.</summary>
public sealed class DirectPayloadChannelTests : IAsyncLifetime
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private TestStore _store = null!;

    public async ValueTask InitializeAsync() => _store = await TestStore.StartAsync(TestStore.Redis, _folder);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Payloads_of_all_lengths_come_back_as_they_went_while_many_are_under_way()
    {
        await using var channel = Channel();
        int[] lengths = [0, 1, 15, 16 * 1024, (16 * 1024) + 1, 512 * 1024, 3_000_000];

        await Parallel.ForEachAsync(Enumerable.Range(0, 84), async (index, _) =>
        {
            var bytes = Bytes(lengths[index % lengths.Length], index);
            await channel.WriteAsync($"key-{index}", bytes, Life);
            var back = new byte[bytes.Length];
            (await channel.TryReadAsync($"key-{index}", back)).ShouldBeTrue();
            back.AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        });
    }

    [Fact]
    public async Task What_is_gone_or_has_another_length_is_said_and_harms_nothing()
    {
        await using var channel = Channel();
        await channel.WriteAsync("long", Bytes(100_000, 1), Life);
        await channel.WriteAsync("short", Bytes(10, 2), Life);
        var destination = new byte[10];

        (await channel.TryReadAsync("gone", destination)).ShouldBeFalse();
        (await channel.TryReadAsync("long", destination)).ShouldBeFalse();
        (await channel.TryReadAsync("short", destination)).ShouldBeTrue();
        destination.ShouldBe(Bytes(10, 2));
    }

    [Fact]
    public async Task Every_payload_has_a_life_span()
    {
        await using var channel = Channel();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_store.Data);

        await channel.WriteAsync("key", Bytes(10, 1), Life);

        (await connection.GetDatabase().KeyTimeToLiveAsync("key")).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromSeconds(30), Life);
    }

    [Fact]
    public async Task A_lost_connection_fails_what_is_under_way_and_the_next_request_opens_another()
    {
        await using var channel = Channel();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_store.Data + ",allowAdmin=true");
        await channel.WriteAsync("key", Bytes(1000, 1), Life);

        await connection.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        await Should.ThrowAsync<RedisConnectionException>(async () =>
        {
            for (var index = 0; index < 1000; index++)
            {
                await channel.TryReadAsync("key", new byte[1000]);
                await channel.WriteAsync("key", Bytes(1000, 1), Life);
                await connection.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
            }
        });
        var back = new byte[1000];
        var isThere = await EventuallyAsync(() => channel.TryReadAsync("key", back));

        isThere.ShouldBeTrue();
        back.ShouldBe(Bytes(1000, 1));
    }

    [Fact]
    public async Task A_store_that_hangs_fails_the_request_and_its_memory_is_not_written_later()
    {
        await using var channel = Channel(timeout: TimeSpan.FromSeconds(1));
        await channel.WriteAsync("key", Bytes(1000, 1), Life);
        var destination = new byte[1000];

        _store.SignalData("STOP");
        await Should.ThrowAsync<RedisConnectionException>(() => channel.TryReadAsync("key", destination));
        _store.SignalData("CONT");
        var back = new byte[1000];
        (await EventuallyAsync(() => channel.TryReadAsync("key", back))).ShouldBeTrue();

        destination.ShouldAllBe(value => value == 0);
    }

    [Fact]
    public async Task A_password_is_used_and_a_wrong_one_is_refused()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_store.Data + ",allowAdmin=true");
        await connection.GetServers()[0].ConfigSetAsync("requirepass", "secret");
        await using var right = Channel(options => options.Password = "secret");
        await using var wrong = Channel(options => options.Password = "other");

        await right.WriteAsync("key", Bytes(10, 1), Life);
        (await right.TryReadAsync("key", new byte[10])).ShouldBeTrue();
        await Should.ThrowAsync<RedisServerException>(() => wrong.TryReadAsync("key", new byte[10]));
    }

    [Fact]
    public async Task A_full_store_refuses_and_says_so()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_store.Data + ",allowAdmin=true");
        await connection.GetServers()[0].ConfigSetAsync("maxmemory", "1mb");
        await using var channel = Channel();

        var error = await Should.ThrowAsync<RedisServerException>(() => channel.WriteAsync("key", Bytes(3_000_000, 1), Life));

        error.Message.ShouldStartWith("OOM");
        (await channel.TryReadAsync("key", new byte[10])).ShouldBeFalse();
    }

    [Fact]
    public async Task The_unix_socket_of_a_server_on_this_machine_is_found()
    {
        await using var connections = await RedisConnections.ConnectAsync(new(_store.Meta, _store.Data, "test"), "tests");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_store.Data + ",allowAdmin=true");

        await connections.Payloads.WriteAsync("key", Bytes(10, 1), Life);

        var clients = (string)(await connection.GetDatabase().ExecuteAsync("CLIENT", "LIST"))!;
        clients.ShouldContain("data.sock");
    }

    private static byte[] Bytes(int length, int seed) => [.. Enumerable.Range(0, length).Select(index => (byte)((index * 31) + seed))];

    private static async Task<bool> EventuallyAsync(Func<Task<bool>> actAsync)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await actAsync();
            }
            catch (RedisConnectionException) when (tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    private DirectPayloadChannel Channel(Action<ConfigurationOptions>? change = null, TimeSpan? timeout = null)
    {
        var options = ConfigurationOptions.Parse(_store.Data);
        change?.Invoke(options);
        var endpoint = (IPEndPoint)options.EndPoints[0];
        return new(endpoint, options, timeout ?? TimeSpan.FromSeconds(30), TimeProvider.System);
    }
}
