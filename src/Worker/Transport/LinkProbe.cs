using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Transports;
using LightlyCluster.Worker.Transport.Peer;

namespace LightlyCluster.Worker.Transport;

/// <summary>
/// Tries the ways that a job's payloads may take, before this worker becomes a member, and leaves in META what it found: the transport
/// of each generation is chosen from that (<c>sync.transport: auto</c>). Takes some tens of milliseconds.
/// </summary>
internal sealed class LinkProbe(
    string job, string worker, string incarnation, IFleetStore store, TransportPayloads payloads, NcclReach nccl, TimeProvider clock)
{
    private const int PieceBytes = 512 * 1024;
    private const int Pieces = 16;
    private const int WorkersTried = 3;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    /// <summary>Measures.</summary>
    /// <exception cref="StoreAwayException">The store does not answer; call again.</exception>
    public async Task MeasureAsync()
    {
        if (payloads.Peers is not { } peers || await store.Jobs.ReadAsync(job) is not { HasEnded: false } record)
        {
            return;
        }

        // Others that come after this one try the way to it by this piece.
        await peers.Payloads.WriteAsync(PeerKey.Probe(job, incarnation), new byte[PieceBytes], Life);
        await payloads.FollowAsync(record, CancellationToken.None);
        var found = (await MeasurePeersAsync(peers)) with { StoreBytesPerSecond = await MeasureStoreAsync(), Nccl = nccl };
        var known = (await store.Jobs.ReadAsync(job))?.Links ?? LinkMeasurement.Unknown;
        await store.Jobs.SetFieldsAsync(job, null, "", ("links", known.With(found).Write()));
    }

    private async Task<double> MeasureStoreAsync()
    {
        var keys = Enumerable.Range(0, Pieces).Select(piece => store.Payloads.NewKey(job, 0, $"probe{piece}", incarnation, default)).ToArray();
        var (sent, received) = (new byte[PieceBytes], new byte[PieceBytes]);
        var warmUp = store.Payloads.NewKey(job, 0, "probe", incarnation, default);
        await store.Payloads.WriteAsync(warmUp, sent, Life);
        var start = clock.GetTimestamp();
        await Task.WhenAll(keys.Select(key => store.Payloads.WriteAsync(key, sent, Life)));
        foreach (var key in keys)
        {
            await store.Payloads.TryReadPieceAsync(key, received);
        }

        var elapsed = clock.GetElapsedTime(start);
        await store.Payloads.DeleteAsync([warmUp, .. keys]);
        return 2.0 * Pieces * PieceBytes / elapsed.TotalSeconds;
    }

    private async Task<LinkMeasurement> MeasurePeersAsync(PeerTransport peers)
    {
        var others = (await peers.Links.ReadBookAsync()).Addresses.Keys.Where(other => other != incarnation).Order(StringComparer.Ordinal).ToArray();
        var living = await store.Leases.HeldAsync(others);
        var found = LinkMeasurement.Unknown;
        foreach (var other in others.Where(living.Contains).Take(WorkersTried))
        {
            found = found.With(await MeasurePeerAsync(peers, other));
        }

        return found;
    }

    private async Task<LinkMeasurement> MeasurePeerAsync(PeerTransport peers, string other)
    {
        var (link, problem) = await peers.Links.OpenAsync(other);
        if (link is null)
        {
            return LinkMeasurement.Unknown with { Blocked = $"worker {worker} cannot reach incarnation {other} ({problem})" };
        }

        var (key, piece) = (PeerKey.Probe(job, other), new byte[PieceBytes]);
        if (!await ReadAsync())
        {
            // It is about to go, or has another job by now.
            return LinkMeasurement.Unknown;
        }

        var start = clock.GetTimestamp();
        for (var count = 0; count < Pieces; count++)
        {
            await ReadAsync();
        }

        return LinkMeasurement.Unknown with { PeerBytesPerSecond = Pieces * PieceBytes / clock.GetElapsedTime(start).TotalSeconds };

        // On one machine vectors are read in place: any bytes of its memory will do.
        async ValueTask<bool> ReadAsync() => link.TryReadMemory(0, piece) || await link.ReadAsync(key, piece);
    }
}
