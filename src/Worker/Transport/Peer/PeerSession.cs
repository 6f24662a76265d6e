using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Worker.Telemetry;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>Serves one connection: a handshake, then one payload after the other, from the memory in which it lies.</summary>
internal sealed class PeerSession(Socket socket, Func<string, PeerOffer?> find, PeerGate gate, TransportInstruments instruments, TimeProvider clock)
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(30);

    private readonly byte[] _answer = new byte[PeerFrame.AnswerHeadBytes];
    private readonly byte[] _request = new byte[PeerFrame.KeyBytesMaximum];
    private bool _isAdmitted;

    /// <summary>Serves until either side ends it. Never throws.</summary>
    /// <returns>Whether the caller proved itself.</returns>
    public async Task<bool> RunAsync(CancellationToken stopping)
    {
        try
        {
            if (await GreetAsync(stopping) is { } offer)
            {
                using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, offer.Ending);
                while (await ServeAsync(offer.Shelf, ending.Token))
                {
                    // The next request.
                }
            }
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It has ended; a worker that still needs something connects again.
        }
        finally
        {
            gate.Leave(socket, _isAdmitted);
            socket.Dispose();
        }

        return _isAdmitted;
    }

    private async Task<PeerOffer?> GreetAsync(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(HandshakeLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        var offer = await PeerHandshake.AnswerAsync(socket, find, either.Token);
        _isAdmitted = offer is not null && gate.TryAdmit(socket);
        return _isAdmitted ? offer : null;
    }

    /// <summary>Serves one request.</summary>
    /// <returns>False when it is none.</returns>
    private async Task<bool> ServeAsync(PayloadShelf shelf, CancellationToken ending)
    {
        await socket.ReceiveAllAsync(_request.AsMemory(0, PeerFrame.RequestHeadBytes), null, ending);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_request);
        if (length is 0 or > PeerFrame.KeyBytesMaximum)
        {
            return false;
        }

        await socket.ReceiveAllAsync(_request.AsMemory(0, length), null, ending);
        var isHere = shelf.TryTake(Encoding.UTF8.GetString(_request, 0, length), out var lease);
        using (lease)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_answer, isHere ? lease.Bytes.Length : -1);
            using var limit = new CancellationTokenSource(SendLimit, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, limit.Token);
            await socket.SendAllAsync(_answer, either.Token);
            await socket.SendAllAsync(lease.Bytes, either.Token);
            instruments.Sent(JobVocabulary.TransportPeer, lease.Bytes.Length);
        }

        return true;
    }
}
