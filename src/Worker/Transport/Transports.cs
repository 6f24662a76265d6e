using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport;

/// <summary>Opens the ways that the payloads of a job may take.</summary>
internal sealed class Transports(PeerServer server, TransportInstruments instruments, TimeProvider clock, ILogger<Transports> logger)
{
    /// <summary>Opens them for one incarnation in one job.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    /// <exception cref="IOException">The port for other workers cannot be used.</exception>
    /// <param name="job">The job.</param>
    /// <param name="incarnation">The incarnation.</param>
    /// <param name="transport">The job's <c>sync.transport</c>.</param>
    /// <param name="store">The store.</param>
    public async Task<TransportPayloads> OpenAsync(string job, string incarnation, string transport, IFleetStore store)
    {
        var isDirect = transport is JobVocabulary.TransportPeer or JobVocabulary.Auto;
        return new(store.Payloads, isDirect ? await OpenPeersAsync(job, incarnation, store.Peers(job, incarnation)) : null, instruments);
    }

    private async Task<PeerTransport> OpenPeersAsync(string job, string incarnation, IPeerStore store)
    {
        var address = await server.StartAsync(store.NearestAddress);
        var memory = server.NewMemory();
        var offer = new PeerOffer(job, incarnation, new());
        if (memory is not null)
        {
            offer.Shelf.Put(PeerKey.Memory(job, incarnation), PeerFrame.Location(memory.Location));
        }

        server.Open(offer);
        var links = new PeerLinks(job, incarnation, store, instruments, clock, logger);
        return new(server, offer, links, new(incarnation, offer.Shelf, links), memory, store, address.ToString(), clock);
    }
}
