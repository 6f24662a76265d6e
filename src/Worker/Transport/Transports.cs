using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Transports;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport.Nccl;
using LightlyCluster.Worker.Transport.Peer;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport;

/// <summary>Opens the ways that the payloads of a job may take.</summary>
internal sealed class Transports(
    PeerServer server, Lazy<NcclRuntime> nccl, TransportInstruments instruments, TimeProvider clock, ILogger<Transports> logger)
{
    /// <summary>Opens them for one incarnation in one job.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    /// <exception cref="IOException">The port for other workers cannot be used.</exception>
    /// <exception cref="JobSpecificationException">The job asks for NCCL, which this worker cannot use.</exception>
    /// <param name="job">The job.</param>
    /// <param name="incarnation">The incarnation.</param>
    /// <param name="transport">The job's <c>sync.transport</c>.</param>
    /// <param name="shape">What travels in a step.</param>
    /// <param name="store">The store.</param>
    public async Task<TransportPayloads> OpenAsync(string job, string incarnation, string transport, PayloadShape shape, IFleetStore store)
    {
        var isDirect = transport is JobVocabulary.TransportPeer or JobVocabulary.Auto;
        var gpus = OpenNccl(incarnation, transport, shape, store.Nccl(job), store.Payloads);
        return new(store.Payloads, isDirect ? await OpenPeersAsync(job, incarnation, store.Peers(job, incarnation)) : null, gpus, instruments);
    }

    /// <summary>Whether this worker can exchange by NCCL.</summary>
    public NcclReach NcclReachOf(string worker) => nccl.Value.Problem.Length > 0
        ? NcclReach.Without(worker, nccl.Value.Problem)
        : NcclReach.Of(worker, nccl.Value.Machine, nccl.Value.Device);

    private NcclTransport? OpenNccl(string incarnation, string transport, PayloadShape shape, INcclStore facts, IPayloadStore data)
    {
        if (transport is not (JobVocabulary.TransportNccl or JobVocabulary.Auto) || (transport == JobVocabulary.Auto && nccl.Value.Problem.Length > 0))
        {
            return null;
        }

        try
        {
            return nccl.Value.Problem.Length == 0
                ? new(incarnation, transport, shape, nccl.Value, facts, data, instruments, clock, logger)
                : throw new JobSpecificationException($"sync.transport is nccl, but {nccl.Value.Problem}. Or use sync.transport peer or redis.");
        }
        catch (NcclException error) when (transport != JobVocabulary.Auto)
        {
            throw new JobSpecificationException($"sync.transport is nccl, but {error.Message}. Or use sync.transport peer or redis.");
        }
        catch (NcclException)
        {
            // Chosen only where every worker says that it can.
            return null;
        }
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
