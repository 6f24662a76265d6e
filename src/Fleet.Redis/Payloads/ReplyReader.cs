using System.Net.Sockets;
using System.Text;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>Reads replies of a store from a socket, on the thread that asks, the bytes of values straight into the memory that waits for them.</summary>
/// <remarks>The protocol is RESP2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).</remarks>
internal sealed class ReplyReader(Socket socket)
{
    private const int HeadBytes = 16 * 1024;

    private readonly byte[] _head = new byte[HeadBytes];
    private int _start;
    private int _end;

    /// <summary>Reads the first line of the next reply: a word, an error, or "$" and the length of a value.</summary>
    /// <exception cref="IOException">The connection has ended, or what came is no line.</exception>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public string ReadLine()
    {
        while (true)
        {
            var length = _head.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_head, _start, length);
                _start += length + 2;
                return line;
            }

            ReceiveHead();
        }
    }

    /// <summary>Reads the bytes of a value.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public void Fill(Span<byte> destination)
    {
        var count = Math.Min(_end - _start, destination.Length);
        _head.AsSpan(_start, count).CopyTo(destination);
        _start += count;
        while (count < destination.Length)
        {
            count += Receive(destination[count..]);
        }
    }

    /// <summary>Passes over bytes.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    /// <exception cref="SocketException">The connection has ended.</exception>
    public void Skip(int count)
    {
        while (count > _end - _start)
        {
            count -= _end - _start;
            _start = _end = 0;
            ReceiveHead();
        }

        _start += count;
    }

    private void ReceiveHead()
    {
        if (_start > 0)
        {
            _head.AsSpan(_start, _end - _start).CopyTo(_head);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _head.Length)
        {
            throw new IOException("A line of the store is too long.");
        }

        _end += Receive(_head.AsSpan(_end));
    }

    private int Receive(Span<byte> destination)
    {
        var count = socket.Receive(destination);
        return count > 0 ? count : throw new IOException("The store closed the connection.");
    }
}
