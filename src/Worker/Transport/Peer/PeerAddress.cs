using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>Where a worker serves its payloads.</summary>
/// <param name="Host">Name or address at which others reach it.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Machine">Identifies the running system; empty where the worker listens on TCP only.</param>
/// <param name="Socket">Name of an abstract Unix socket for workers on the same machine.</param>
internal sealed record PeerAddress(string Host, int Port, string Machine, string Socket)
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Identifies this running system; empty where Unix sockets without a file do not exist.</summary>
    public static string ThisMachine { get; } = OperatingSystem.IsLinux() && File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : "";

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is something else.</summary>
    public static PeerAddress? TryRead(string text) =>
        text.Split('|') is [{ Length: > 0 } host, var port, var machine, var socket] && ushort.TryParse(port, out var number) && number > 0
            ? new(host, number, machine, socket)
            : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Host}|{Port}|{Machine}|{Socket}";

    /// <summary>The ways to it from here, the shortest first. A container on this machine may have another network, so that only the last one works.</summary>
    public IEnumerable<EndPoint> EndPoints()
    {
        if (Machine.Length > 0 && Machine == ThisMachine && Socket.Length > 0)
        {
            yield return UnixEndPoint(Socket);
        }

        yield return IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);
    }

    /// <summary>The end point of an abstract Unix socket: it has no file, and goes with its process.</summary>
    public static EndPoint UnixEndPoint(string name) => new UnixDomainSocketEndPoint($"\0{name}");

    /// <summary>A socket for one of the ways.</summary>
    public static Socket SocketFor(EndPoint endPoint) => endPoint is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
