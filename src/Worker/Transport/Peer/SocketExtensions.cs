using System.Net.Sockets;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>Whole messages over a stream socket.</summary>
internal static class SocketExtensions
{
    /// <summary>Receives until <paramref name="destination"/> is full.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="received">Called with the number of bytes that came, each time some do.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The other side has closed the connection.</exception>
    public static async ValueTask ReceiveAllAsync(
        this Socket socket, Memory<byte> destination, Action<int>? received, CancellationToken cancellationToken)
    {
        while (destination.Length > 0)
        {
            var count = await socket.ReceiveAsync(destination, cancellationToken);
            if (count == 0)
            {
                throw new IOException("The other side has closed the connection.");
            }

            received?.Invoke(count);
            destination = destination[count..];
        }
    }

    /// <summary>Sends everything.</summary>
    public static async ValueTask SendAllAsync(this Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }
}
