using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>The store as one process sees it over the network.</summary>
internal sealed class FaultyStore(IFleetStore inner, SimulatedNetwork network, TimeProvider clock) : IFleetStore
{
    /// <inheritdoc/>
    public IJobStore Jobs { get; } = new FaultyJobStore(inner.Jobs, network, clock);

    /// <inheritdoc/>
    public ILeaseStore Leases { get; } = new FaultyLeaseStore(inner.Leases, network);

    /// <inheritdoc/>
    public IPayloadStore Payloads { get; } = new FaultyPayloadStore(inner.Payloads, network);

    /// <inheritdoc/>
    public IStepStore Steps(string job, string incarnation) => new FaultyStepStore(inner.Steps(job, incarnation), network);

    /// <inheritdoc/>
    public INcclStore Nccl(string job) => inner.Nccl(job);

    /// <inheritdoc/>
    public IPeerStore Peers(string job, string incarnation) => inner.Peers(job, incarnation);

    /// <inheritdoc/>
    public IBlockStore Blocks(string job, string incarnation) => new FaultyBlockStore(inner.Blocks(job, incarnation), network);
}
