using System.Buffers.Binary;
using System.Text;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>
/// Messages between workers that know each other: a request is the length of a key (2 bytes, little-endian) and the key; an answer, in
/// the order of requests, is the length of a payload (4 bytes, -1: not here) and its bytes.
/// </summary>
internal static class PeerFrame
{
    /// <summary>Bytes before a key.</summary>
    public const int RequestHeadBytes = sizeof(ushort);

    /// <summary>Bytes before a payload.</summary>
    public const int AnswerHeadBytes = sizeof(int);

    /// <summary>Longest key, in bytes. A longer one ends the connection.</summary>
    public const int KeyBytesMaximum = 512;

    /// <summary>Longest payload, in bytes. A longer one ends the connection.</summary>
    public const int PayloadBytesMaximum = 64 << 20;

    /// <summary>Bytes of the payload that says where a worker's shared memory is: text, filled up with zeros.</summary>
    public const int LocationBytes = 256;

    /// <summary>The payload that says where a worker's shared memory is.</summary>
    public static byte[] Location(string text)
    {
        var location = new byte[LocationBytes];
        Encoding.UTF8.GetBytes(text, location);
        return location;
    }

    /// <summary>Reads what <see cref="Location"/> wrote.</summary>
    public static string ReadLocation(ReadOnlySpan<byte> location) => Encoding.UTF8.GetString(location.TrimEnd((byte)0));

    /// <summary>A request.</summary>
    public static byte[] Request(string key)
    {
        var request = new byte[RequestHeadBytes + Encoding.UTF8.GetByteCount(key)];
        BinaryPrimitives.WriteUInt16LittleEndian(request, (ushort)Encoding.UTF8.GetBytes(key, request.AsSpan(RequestHeadBytes)));
        return request;
    }
}
