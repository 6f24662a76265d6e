using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>A store whose calls for payloads are timed.</summary>
internal sealed class TimedStore(IFleetStore store, CallTimes times) : IFleetStore
{
    /// <inheritdoc/>
    public IJobStore Jobs => store.Jobs;

    /// <inheritdoc/>
    public ILeaseStore Leases => store.Leases;

    /// <inheritdoc/>
    public IPayloadStore Payloads { get; } = new TimedPayloads(store.Payloads, times);

    /// <inheritdoc/>
    public IStepStore Steps(string job, string incarnation) => store.Steps(job, incarnation);

    /// <inheritdoc/>
    public IPeerStore Peers(string job, string incarnation) => store.Peers(job, incarnation);

    /// <inheritdoc/>
    public INcclStore Nccl(string job) => store.Nccl(job);

    /// <inheritdoc/>
    public IBlockStore Blocks(string job, string incarnation) => store.Blocks(job, incarnation);
}
