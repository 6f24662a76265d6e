using LightlyCluster.Fleet.Embeddings;

namespace LightlyCluster.Fleet.Stores;

/// <summary>The blocks of one embedding job in META, for one incarnation. Every write is fenced.</summary>
public interface IBlockStore
{
    /// <summary>Leases the next block. A block of an incarnation that is no member any more is free again.</summary>
    /// <param name="blockCount">Blocks of the job.</param>
    Task<BlockLease> LeaseAsync(int blockCount);

    /// <summary>Records a block that has been computed and is safe.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="digest">Digest of its content.</param>
    /// <param name="seconds">Seconds that it took.</param>
    /// <returns>Whether it counts, and the digest that another worker got for it; a different one must not be.</returns>
    Task<BlockCompletion> CompleteAsync(int block, string digest, double seconds);
}
