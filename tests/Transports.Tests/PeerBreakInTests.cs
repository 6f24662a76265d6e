using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Transport.Peer;

namespace LightlyCluster.Transports.Tests;

/// <summary>Nobody who does not know a job's secret reads anything, or keeps workers from reading.</summary>
public sealed class PeerBreakInTests
{
    private const int GreetingBytes = 48;
    private const int ProofBytes = 32;

    [Fact]
    public async Task A_caller_that_proves_nothing_gets_nothing()
    {
        await using var door = await new PeerDoor().OpenAsync();
        using var stranger = await GreetedAsync(door);

        await stranger.SendAsync(PeerFrame.Request(PeerDoor.Key));
        await stranger.SendAsync(new byte[1000]);

        (await ReadToEndAsync(stranger)).ShouldBeEmpty();
        (await door.IsOpenForWorkersAsync()).ShouldBeTrue();
        await door.SaysAsync("proved nothing");
    }

    [Theory]
    [InlineData("job", "owner", "another secret")]
    [InlineData("job", "owner", "")]
    [InlineData("another job", "owner", PeerDoor.Secret)]
    [InlineData("job", "somebody else", PeerDoor.Secret)]
    public async Task A_wrong_proof_opens_nothing(string job, string incarnation, string secret)
    {
        await using var door = await new PeerDoor().OpenAsync();

        var (link, problem) = await door.OpenLinkAsync(job, incarnation, secret);

        link.ShouldBeNull();
        problem.ShouldNotBeEmpty();
        (await door.IsOpenForWorkersAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Nobody_comes_in_before_the_secret_is_known()
    {
        await using var door = await new PeerDoor().OpenAsync();
        door.Offer.Secret = "";

        var (link, _) = await door.OpenLinkAsync(secret: "");

        link.ShouldBeNull();
    }

    [Fact]
    public async Task A_recorded_proof_opens_nothing_a_second_time()
    {
        await using var door = await new PeerDoor().OpenAsync();
        var recorded = await RecordAsync(door);
        using var thief = await GreetedAsync(door);

        await thief.SendAsync(recorded);

        (await ReadToEndAsync(thief)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_secret_is_not_believed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var impostor = PretendAsync(listener);
        var address = new PeerAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, "", "");
        using var meters = new TestMeters();

        var (link, problem) = await PeerLink.OpenAsync(
            address, PeerDoor.Job, PeerDoor.Incarnation, PeerDoor.Secret, new(meters), TimeProvider.System, CancellationToken.None);

        await impostor;
        link.ShouldBeNull();
        problem.ShouldContain("secret");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(PeerFrame.KeyBytesMaximum + 1)]
    [InlineData(ushort.MaxValue)]
    public async Task A_frame_of_a_wrong_size_ends_the_connection_and_nothing_else(int length)
    {
        await using var door = await new PeerDoor().OpenAsync();
        using var worker = await door.ConnectAsync();
        (await PeerHandshake.CallAsync(worker, PeerDoor.Job, PeerDoor.Incarnation, PeerDoor.Secret, CancellationToken.None)).ShouldBeTrue();

        await worker.SendAsync(BitConverter.GetBytes((ushort)length));
        await worker.SendAsync(new byte[length]);

        (await ReadToEndAsync(worker)).ShouldBeEmpty();
        (await door.IsOpenForWorkersAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Thousands_of_idle_connections_keep_no_worker_out()
    {
        await using var door = await new PeerDoor().OpenAsync();
        var idle = new List<Socket>();
        for (var count = 0; count < 2000; count++)
        {
            idle.Add(await door.ConnectAsync());
        }

        (await door.IsOpenForWorkersAsync()).ShouldBeTrue();

        idle.Take(idle.Count - PeerGate.StrangersMaximum).ShouldAllBe(socket => IsClosed(socket));
        idle.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Nothing_that_is_not_held_is_read_and_what_ended_is_closed()
    {
        await using var door = await new PeerDoor().OpenAsync();
        var (link, _) = await door.OpenLinkAsync();
        await using var open = link!;

        (await open.ReadAsync("peer://job/0/reduced1/owner/2", new byte[10])).ShouldBeFalse();
        (await open.ReadAsync(PeerDoor.Key, new byte[10])).ShouldBeFalse();
        (await open.ReadAsync(PeerDoor.Key, new byte[PeerDoor.Payload.Length])).ShouldBeTrue();
        door.Offer.Dispose();
        (await open.ReadAsync(PeerDoor.Key, new byte[PeerDoor.Payload.Length])).ShouldBeFalse();
    }

    [Fact]
    public async Task The_secret_is_in_no_log_and_in_no_text()
    {
        await using var door = await new PeerDoor().OpenAsync();
        (await door.OpenLinkAsync(secret: RandomNumberGenerator.GetHexString(64))).Link.ShouldBeNull();
        (await door.IsOpenForWorkersAsync()).ShouldBeTrue();

        var book = new PeerBook(PeerDoor.Secret, new Dictionary<string, string> { [PeerDoor.Incarnation] = door.Address.ToString() });

        $"{book} {door.Address} {string.Join('\n', door.Lines)}".ShouldNotContain(PeerDoor.Secret);
        door.Lines.ShouldNotBeEmpty();
    }

    /// <summary>A connection whose greeting has been read.</summary>
    private static async Task<Socket> GreetedAsync(PeerDoor door)
    {
        var socket = await door.ConnectAsync();
        await socket.ReceiveAllAsync(new byte[GreetingBytes], null, CancellationToken.None);
        return socket;
    }

    /// <summary>What a worker sends to prove itself, as somebody on the network sees it.</summary>
    private static async Task<byte[]> RecordAsync(PeerDoor door)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await near.ConnectAsync(listener.LocalEndpoint);
        using var far = await listener.AcceptSocketAsync();
        using var server = await door.ConnectAsync();
        var calling = PeerHandshake.CallAsync(near, PeerDoor.Job, PeerDoor.Incarnation, PeerDoor.Secret, CancellationToken.None);
        await RelayAsync(server, far, GreetingBytes);
        var recorded = await RelayAsync(far, server, 74);
        await RelayAsync(server, far, ProofBytes);
        (await calling).ShouldBeTrue();
        return recorded;
    }

    private static async Task<byte[]> RelayAsync(Socket from, Socket to, int count)
    {
        var bytes = new byte[count];
        await from.ReceiveAllAsync(bytes, null, CancellationToken.None);
        await to.SendAllAsync(bytes, CancellationToken.None);
        return bytes;
    }

    private static async Task PretendAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync();
        await socket.SendAllAsync((byte[])[.. "LIGHTLY-PEER-1\r\n"u8, .. new byte[32]], CancellationToken.None);
        await socket.ReceiveAllAsync(new byte[74], null, CancellationToken.None);
        await socket.SendAllAsync(new byte[ProofBytes], CancellationToken.None);
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var all = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count)
            {
                all.AddRange(buffer.AsSpan(0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with bytes that nobody read.
        }

        return [.. all];
    }

    /// <summary>Whether the other side has closed; what it sent before is read first.</summary>
    private static bool IsClosed(Socket socket)
    {
        var buffer = new byte[GreetingBytes];
        socket.ReceiveTimeout = 20_000;
        try
        {
            while (socket.Receive(buffer) > 0)
            {
                // The greeting.
            }

            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode != SocketError.TimedOut;
        }
    }
}
