using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Payloads that the communicator of the generation moves; all else, and all that it fails to move, lies in DATA.</summary>
internal sealed class NcclPayloads(NcclFallback fallback, IPayloadStore data) : IPayloadStore
{
    private volatile NcclSession? _session;
    private volatile NcclPlan? _newest;
    private volatile NcclPlan? _before;

    /// <summary>The session of the generation; null where there is none.</summary>
    public NcclSession? Session
    {
        get => _session;
        set
        {
            if (value is not null)
            {
                (_before, _newest) = (_newest, value.Plan);
            }

            _session = value;
        }
    }

    /// <inheritdoc/>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes)
    {
        var key = fallback.NewKey(job, step, what, incarnation, bytes);
        return _session is { } session && session.Sends(step, what)
            ? new NcclKey(session.Plan.Generation, session.Plan.Number, step, what, incarnation, key).ToString()
            : key;
    }

    /// <inheritdoc/>
    public string SnapshotKey(string job, long step, string incarnation, int piece) => data.SnapshotKey(job, step, incarnation, piece);

    /// <inheritdoc/>
    public Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        var (name, session) = Find(key);
        return session is null ? fallback.WriteAsync(name.StoreKey, bytes, life) : session.WriteAsync(name, bytes, life);
    }

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination)
    {
        var (name, session) = Find(key);
        if (session?.IsUnderWay(name) == true)
        {
            return false;
        }

        if (session?.TryRead(name, destination) == true)
        {
            if (PayloadDigest.Of(destination.Span) == digest)
            {
                return true;
            }

            session.Distrust(name);
        }

        // Who was a member with this worker puts what it held into DATA as soon as it knows; for others nobody does.
        return await fallback.TryReadAsync(name.StoreKey, digest, destination, isExpected: IsOf(name, _newest) || IsOf(name, _before));
    }

    /// <inheritdoc/>
    public Task<bool> TryReadPieceAsync(string key, Memory<byte> destination) => data.TryReadPieceAsync(key, destination);

    /// <inheritdoc/>
    public bool IsUnderWay(string key)
    {
        var (name, session) = Find(key);
        return session?.IsUnderWay(name) == true;
    }

    /// <inheritdoc/>
    public Task DeleteAsync(IReadOnlyCollection<string> keys) => fallback.DeleteAsync(keys.Select(key => NcclKey.Read(key).StoreKey));

    private static bool IsOf(NcclKey key, NcclPlan? plan) => plan is not null && plan.Generation == key.Generation && plan.Number == key.Number;

    private (NcclKey Name, NcclSession? Session) Find(string key)
    {
        var name = NcclKey.Read(key);
        return (name, _session is { } session && IsOf(name, session.Plan) ? session : null);
    }
}
