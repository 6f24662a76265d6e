using System.Net.Sockets;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>Sends requests through a socket, small pieces together: what arrives at once wakes the store once.</summary>
internal sealed class RequestWriter(Socket socket)
{
    private const int BufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _count;

    /// <summary>Writes a request; what of it is gathered here goes with the next one, or with <see cref="Flush"/>.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public void Write(PayloadRequest request)
    {
        Write(request.Head.Span);
        Write(request.Value.Span);
        Write(request.Tail.Span);
    }

    /// <summary>Sends what is gathered.</summary>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public void Flush()
    {
        SendAll(_buffer.AsSpan(0, _count));
        _count = 0;
    }

    /// <summary>Gathers bytes; of more than there is room for, the first go with those before, the others without a copy.</summary>
    private void Write(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, _buffer.Length - _count);
        bytes[..count].CopyTo(_buffer.AsSpan(_count));
        _count += count;
        if (count < bytes.Length)
        {
            Flush();
            SendAll(bytes[count..]);
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
