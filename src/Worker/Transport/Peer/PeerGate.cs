using System.Net.Sockets;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>Counts connections. One that has proved nothing yet makes room for newer ones: strangers cannot keep workers out by waiting.</summary>
internal sealed class PeerGate
{
    /// <summary>Connections that have not proved anything yet.</summary>
    public const int StrangersMaximum = 64;

    /// <summary>Connections of workers; more than the largest fleet has.</summary>
    public const int WorkersMaximum = 4096;

    private readonly Lock _lock = new();
    private readonly LinkedList<Socket> _strangers = new();
    private int _workers;

    /// <summary>A connection comes; the oldest stranger goes when there are too many.</summary>
    public void Enter(Socket socket)
    {
        Socket? oldest = null;
        lock (_lock)
        {
            if (_strangers.Count >= StrangersMaximum)
            {
                oldest = _strangers.First!.Value;
                _strangers.RemoveFirst();
            }

            _strangers.AddLast(socket);
        }

        oldest?.Dispose();
    }

    /// <summary>A connection has proved itself.</summary>
    /// <returns>False when there are too many.</returns>
    public bool TryAdmit(Socket socket)
    {
        lock (_lock)
        {
            if (!_strangers.Remove(socket) || _workers >= WorkersMaximum)
            {
                return false;
            }

            _workers++;
            return true;
        }
    }

    /// <summary>A connection has ended.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="wasAdmitted">Whether it had proved itself.</param>
    public void Leave(Socket socket, bool wasAdmitted)
    {
        lock (_lock)
        {
            _strangers.Remove(socket);
            _workers -= wasAdmitted ? 1 : 0;
        }
    }
}
