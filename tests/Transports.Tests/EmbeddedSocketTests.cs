using System.Net.Sockets;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Transports.Tests;

/// <summary>The embedded store serves payloads on a Unix socket beside its port.</summary>
public sealed class EmbeddedSocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    [Fact]
    public async Task A_socket_is_for_its_user_alone_and_neither_met_nor_left_behind()
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, ".store")).FullName, "data.sock");
        await File.WriteAllTextAsync(path, "left behind by a store that was killed");
        await using var store = await TestStore.StartAsync(TestStore.Embedded, _folder);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await client.SendAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray());
        var answer = new byte[7];
        (await client.ReceiveAsync(answer)).ShouldBe(answer.Length);

        answer.ShouldBe("+PONG\r\n"u8.ToArray());
        new FileInfo(path).UnixFileMode.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        store.SignalData("TERM");
        await store.Process.Process.WaitForExitAsync();
        store.Process.Process.ExitCode.ShouldBe(0);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_whose_name_is_too_long_for_a_socket_has_a_port_only()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, new string('x', 120))).FullName;
        await using var store = await TestStore.StartAsync(TestStore.Embedded, folder);
        await using var connections = await RedisConnections.ConnectAsync(new(store.Meta, store.Data, "test"), "test");
        var payloads = new PayloadStore(connections);
        var (bytes, read) = (new byte[] { 1, 2, 3 }, new byte[3]);
        var key = payloads.NewKey("job", 0, "what", "who", bytes);

        await payloads.WriteAsync(key, bytes, TimeSpan.FromMinutes(1));

        (await payloads.TryReadPieceAsync(key, read)).ShouldBeTrue();
        read.ShouldBe(bytes);
        File.Exists(Path.Combine(folder, ".store", "data.sock")).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
