using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Redis;

/// <summary>What a fleet shares, in Redis or the embedded store.</summary>
public sealed class RedisFleetStore(RedisConnections connections) : IFleetStore
{
    /// <inheritdoc/>
    public IJobStore Jobs { get; } = new JobStore(connections);

    /// <inheritdoc/>
    public ILeaseStore Leases { get; } = new LeaseStore(connections);

    /// <inheritdoc/>
    public IPayloadStore Payloads { get; } = new PayloadStore(connections);

    /// <inheritdoc/>
    public IStepStore Steps(string job, string incarnation) => new StepStore(connections, job, incarnation);

    /// <inheritdoc/>
    public IPeerStore Peers(string job, string incarnation) => new PeerStore(connections, job, incarnation);

    /// <inheritdoc/>
    public INcclStore Nccl(string job) => new NcclStore(connections, job);

    /// <inheritdoc/>
    public IBlockStore Blocks(string job, string incarnation) => new BlockStore(connections, job, incarnation);
}
