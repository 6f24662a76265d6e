using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport.Nccl;
using LightlyCluster.Worker.Transport.Peer;

namespace LightlyCluster.Worker.Transport;

/// <summary>
/// The payloads of one job by whichever transport: what is written goes by that of the generation, and what is read comes from where
/// its key says. So a generation with another transport begins without a gap.
/// </summary>
internal sealed class TransportPayloads(IPayloadStore store, PeerTransport? peers, NcclTransport? nccl, TransportInstruments instruments)
    : IPayloadStore, IAsyncDisposable
{
    private volatile bool _usesPeers;

    /// <summary>The direct exchange between workers; null where the job does not use it.</summary>
    public PeerTransport? Peers => peers;

    /// <summary>How long others may be late before they count as stuck; null while that is not known.</summary>
    public TimeSpan? Patience
    {
        set
        {
            if (nccl is not null)
            {
                nccl.Patience = value;
            }
        }
    }

    /// <summary>Where vectors must lie so that other workers of this machine may read them in place; null where that does not matter.</summary>
    public SharedMemory? Memory => peers?.Memory;

    /// <summary>The transport of what is written now.</summary>
    public string Transport =>
        _usesPeers ? JobVocabulary.TransportPeer : nccl?.IsUsed == true ? JobVocabulary.TransportNccl : JobVocabulary.TransportRedis;

    /// <inheritdoc/>
    public bool IsInPlace => Writes.IsInPlace;

    private IPayloadStore Writes => _usesPeers ? peers!.Payloads : nccl?.IsUsed == true ? nccl.Payloads : store;

    /// <summary>Has somebody told when payloads come by themselves.</summary>
    public void OnArrival(Action wake)
    {
        if (nccl is not null)
        {
            nccl.Wake = wake;
        }
    }

    /// <summary>Takes the transport of a generation, and makes this worker known to the others where that is needed.</summary>
    /// <exception cref="StoreAwayException">META does not answer; call again.</exception>
    public async Task FollowAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (peers is not null)
        {
            await peers.RegisterAsync(job);
            _usesPeers = job.Transport == JobVocabulary.TransportPeer;
        }

        if (nccl is not null)
        {
            await nccl.FollowAsync(job, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public bool IsUnderWay(string key) => At(key).IsUnderWay(key);

    /// <inheritdoc/>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        Writes.NewKey(job, step, what, incarnation, bytes);

    /// <inheritdoc/>
    public string SnapshotKey(string job, long step, string incarnation, int piece) => Writes.SnapshotKey(job, step, incarnation, piece);

    /// <summary>The key of a piece of a snapshot that travels by one transport.</summary>
    public string SnapshotKey(string transport, string job, long step, string incarnation, int piece) =>
        (transport == JobVocabulary.TransportPeer && peers is not null ? peers.Payloads : store).SnapshotKey(job, step, incarnation, piece);

    /// <inheritdoc/>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        await At(key).WriteAsync(key, bytes, life);
        if (IsInStore(key))
        {
            instruments.Sent(JobVocabulary.TransportRedis, bytes.Length);
        }
    }

    /// <inheritdoc/>
    public void Keep(string key, ReadOnlyMemory<byte> bytes) => At(key).Keep(key, bytes);

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination) =>
        Counted(key, await At(key).TryReadAsync(key, digest, destination), destination.Length);

    /// <inheritdoc/>
    public async Task<bool> TryReadPieceAsync(string key, Memory<byte> destination) =>
        Counted(key, await At(key).TryReadPieceAsync(key, destination), destination.Length);

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys)
    {
        foreach (var group in keys.GroupBy(At))
        {
            await group.Key.DeleteAsync([.. group]);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await (peers?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (nccl?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static bool IsInStore(string key) => !PeerKey.Is(key) && !NcclKey.Is(key);

    private IPayloadStore At(string key) =>
        PeerKey.Is(key) && peers is not null ? peers.Payloads : NcclKey.Is(key) && nccl is not null ? nccl.Payloads : store;

    private bool Counted(string key, bool isRead, int bytes)
    {
        if (isRead && IsInStore(key))
        {
            instruments.Received(JobVocabulary.TransportRedis, bytes);
        }

        return isRead;
    }
}
