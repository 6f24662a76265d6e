using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace LightlyCluster.Hosting;

/// <summary>Reads the address that a program is told to listen on.</summary>
public static class ListenAddress
{
    /// <summary>Reads HOST:PORT; <c>*</c> and <c>0.0.0.0</c> stand for every address of the machine.</summary>
    /// <param name="text">For example 127.0.0.1:50051; port 0 takes a free one.</param>
    /// <param name="address">Where to listen.</param>
    /// <returns>False where the text is not HOST:PORT or the host is not known.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPEndPoint? address)
    {
        address = null;
        var separator = text.LastIndexOf(':');
        if (separator < 1 || !ushort.TryParse(text[(separator + 1)..], out var port))
        {
            return false;
        }

        address = Find(text[..separator]) is { } host ? new IPEndPoint(host, port) : null;
        return address is not null;
    }

    private static IPAddress? Find(string host) => host switch
    {
        "*" or "0.0.0.0" => IPAddress.Any,
        "localhost" => IPAddress.Loopback,
        _ when IPAddress.TryParse(host, out var parsed) => parsed,
        _ => Resolve(host),
    };

    private static IPAddress? Resolve(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host, AddressFamily.InterNetwork).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
