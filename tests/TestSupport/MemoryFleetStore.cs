using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>
/// The store as a model: one process, one thread, time from a clock, and exactly what the Lua scripts say. The simulation runs on it,
/// and property tests compare it with real stores.
/// </summary>
public sealed class MemoryFleetStore : IFleetStore
{
    private readonly MemoryKeys _keys;

    /// <summary>An empty store.</summary>
    public MemoryFleetStore(TimeProvider clock)
    {
        _keys = new(clock);
        Jobs = new MemoryJobStore(_keys);
        Leases = new MemoryLeaseStore(_keys);
        Payloads = new MemoryPayloadStore(_keys);
    }

    /// <inheritdoc/>
    public IJobStore Jobs { get; }

    /// <inheritdoc/>
    public ILeaseStore Leases { get; }

    /// <inheritdoc/>
    public IPayloadStore Payloads { get; }

    /// <summary>Everything that is stored, for checks.</summary>
    public MemoryKeys Keys => _keys;

    /// <inheritdoc/>
    public IStepStore Steps(string job, string incarnation) => new MemoryStepStore(_keys, job, incarnation);

    /// <inheritdoc/>
    public IPeerStore Peers(string job, string incarnation) => new MemoryPeerStore(_keys, job, incarnation);

    /// <inheritdoc/>
    public INcclStore Nccl(string job) => new MemoryNcclStore(_keys, job);

    /// <inheritdoc/>
    public IBlockStore Blocks(string job, string incarnation) => new MemoryBlockStore(_keys, job, incarnation);
}
