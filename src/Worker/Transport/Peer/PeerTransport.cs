using System.Security.Cryptography;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>This worker's part in the direct exchange of one job: it serves its payloads, says where, and reads those of the others.</summary>
internal sealed class PeerTransport(
    PeerServer server, PeerOffer offer, PeerLinks links, PeerPayloads payloads, SharedMemory? memory, IPeerStore store, string address, TimeProvider clock)
    : IAsyncDisposable
{
    private const int SecretHexDigits = 64;

    private static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMinutes(1);

    private readonly string _proposedSecret = RandomNumberGenerator.GetHexString(SecretHexDigits, lowercase: true);
    private long _generation = -1;
    private long _registeredAt;

    /// <summary>The payloads.</summary>
    public PeerPayloads Payloads => payloads;

    /// <summary>Memory that other workers of this machine read in place; null where there is none.</summary>
    public SharedMemory? Memory => memory;

    /// <summary>The connections.</summary>
    public PeerLinks Links => links;

    /// <summary>Says in META where this worker serves its payloads: with each generation, and once a minute.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    public async Task RegisterAsync(JobRecord job)
    {
        if (job.Generation == _generation && clock.GetElapsedTime(_registeredAt) < RenewAfter)
        {
            return;
        }

        if (await store.RegisterAsync(job.Generation, address, _proposedSecret, Life) is { } secret)
        {
            offer.Secret = secret;
            (_generation, _registeredAt) = (job.Generation, clock.GetTimestamp());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        server.Close(offer);
        await links.DisposeAsync();
        offer.Shelf.Dispose();
        memory?.Dispose();
        try
        {
            await store.WithdrawAsync();
        }
        catch (StoreAwayException)
        {
            // The address ends by itself.
        }
    }
}
