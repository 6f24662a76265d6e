using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>How two workers of a job prove to each other that they know its secret, which travels through META only.</summary>
/// <remarks>
/// Each side names 32 random bytes and answers with HMAC-SHA256 over both, the job, whom the caller wants to reach, and its own role:
/// an answer is of no use on another connection, to another worker, or in the other direction. The serving side says nothing about
/// jobs before the caller has proved itself, and reads at most 586 bytes until then.
/// </remarks>
internal static class PeerHandshake
{
    private const int NonceBytes = 32;
    private const int ProofBytes = 32;
    private const int NameBytesMaximum = byte.MaxValue;

    private static readonly byte[] Greeting = "LIGHTLY-PEER-1\r\n"u8.ToArray();

    /// <summary>Proves itself to the serving side, and has it prove itself.</summary>
    /// <returns>Whether it knows the secret and serves this incarnation.</returns>
    /// <exception cref="IOException">It has closed the connection.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public static async Task<bool> CallAsync(Socket socket, string job, string incarnation, string secret, CancellationToken cancellationToken)
    {
        var hello = new byte[Greeting.Length + NonceBytes];
        await socket.ReceiveAllAsync(hello, null, cancellationToken);
        if (!hello.AsSpan(0, Greeting.Length).SequenceEqual(Greeting))
        {
            return false;
        }

        var (serverNonce, clientNonce) = (hello[Greeting.Length..], RandomNumberGenerator.GetBytes(NonceBytes));
        byte[] jobName = Encoding.UTF8.GetBytes(job), incarnationName = Encoding.UTF8.GetBytes(incarnation);
        byte[] answer =
        [
            .. clientNonce, .. Proof(secret, "calls", job, incarnation, serverNonce, clientNonce),
            (byte)jobName.Length, (byte)incarnationName.Length, .. jobName, .. incarnationName,
        ];
        await socket.SendAllAsync(answer, cancellationToken);
        var proof = new byte[ProofBytes];
        await socket.ReceiveAllAsync(proof, null, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(proof, Proof(secret, "serves", job, incarnation, serverNonce, clientNonce));
    }

    /// <summary>Lets a caller prove itself, and proves itself to it.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="find">What is served for a job; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What the caller may read; null when it did not prove that it may.</returns>
    /// <exception cref="IOException">The caller has closed the connection.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public static async Task<PeerOffer?> AnswerAsync(Socket socket, Func<string, PeerOffer?> find, CancellationToken cancellationToken)
    {
        var serverNonce = RandomNumberGenerator.GetBytes(NonceBytes);
        await socket.SendAllAsync((byte[])[.. Greeting, .. serverNonce], cancellationToken);
        var head = new byte[NonceBytes + ProofBytes + 2];
        await socket.ReceiveAllAsync(head, null, cancellationToken);
        var (clientNonce, proof) = (head[..NonceBytes], head[NonceBytes..^2]);
        var names = new byte[head[^2] + head[^1]];
        await socket.ReceiveAllAsync(names, null, cancellationToken);
        var (job, incarnation) = (Encoding.UTF8.GetString(names, 0, head[^2]), Encoding.UTF8.GetString(names, head[^2], head[^1]));
        var offer = find(job);

        // As long for a job that nobody knows: a stranger learns nothing from the time either.
        var secret = offer?.Secret is { Length: > 0 } known ? known : Convert.ToHexString(serverNonce);
        var isProved = CryptographicOperations.FixedTimeEquals(proof, Proof(secret, "calls", job, incarnation, serverNonce, clientNonce));
        if (offer is null || !isProved || offer.Secret.Length == 0 || offer.Incarnation != incarnation)
        {
            return null;
        }

        await socket.SendAllAsync(Proof(secret, "serves", job, incarnation, serverNonce, clientNonce), cancellationToken);
        return offer;
    }

    /// <summary>Whether names fit into a handshake.</summary>
    public static bool CanName(string name) => Encoding.UTF8.GetByteCount(name) <= NameBytesMaximum;

    private static byte[] Proof(string secret, string role, string job, string incarnation, byte[] serverNonce, byte[] clientNonce) =>
        HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(secret),
            (byte[])[.. Encoding.UTF8.GetBytes($"lightly peer {role}\n{job}\n{incarnation}\n"), .. serverNonce, .. clientNonce]);
}
