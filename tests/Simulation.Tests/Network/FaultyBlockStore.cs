using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Blocks over the network.</summary>
internal sealed class FaultyBlockStore(IBlockStore inner, SimulatedNetwork network) : FaultyLink(network, isData: false), IBlockStore
{
    public Task<BlockLease> LeaseAsync(int blockCount) => WriteAsync(() => inner.LeaseAsync(blockCount));

    public Task<BlockCompletion> CompleteAsync(int block, string digest, double seconds) =>
        WriteAsync(() => inner.CompleteAsync(block, digest, seconds));
}
