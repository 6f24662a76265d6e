using System.Globalization;
using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>The blocks of an embedding job in memory; each method is the script of the same name, line by line.</summary>
internal sealed class MemoryBlockStore(MemoryKeys keys, string job, string incarnation) : IBlockStore
{
    private readonly MemoryJobKeys _names = new(job);

    private bool IsStale =>
        keys.Hash(_names.Job).GetValueOrDefault("state") != "Running" || !keys.Hash(_names.Members).ContainsKey(incarnation);

    /// <summary>lease_block.lua.</summary>
    public Task<BlockLease> LeaseAsync(int blockCount) => Task.FromResult(Lease(blockCount));

    /// <summary>complete_block.lua.</summary>
    public Task<BlockCompletion> CompleteAsync(int block, string digest, double seconds)
    {
        if (IsStale)
        {
            return Task.FromResult(new BlockCompletion(IsAccepted: false, ""));
        }

        if (keys.Hash(_names.BlocksDone).TryGetValue($"{block}", out var first))
        {
            return Task.FromResult(new BlockCompletion(IsAccepted: true, first == digest ? "" : first));
        }

        keys.OpenHash(_names.BlocksDone)[$"{block}"] = digest;
        keys.OpenHash(_names.BlockLeases).Remove($"{block}");
        var record = keys.OpenHash(_names.Job);
        var step = long.Parse(record["step"]) + 1;
        record["step"] = $"{step}";
        var count = keys.Hash(_names.Members).Count;
        keys.OpenList(_names.Metrics).Add(
            $$"""{"step":"{{step}}","seconds":{{seconds.ToString("0.######", CultureInfo.InvariantCulture)}},"workerCount":{{count}}}""");
        keys.Publish(_names.Events);
        return Task.FromResult(new BlockCompletion(IsAccepted: true, ""));
    }

    private BlockLease Lease(int blockCount)
    {
        if (IsStale)
        {
            return new(BlockLeaseOutcome.Stale, -1);
        }

        var members = keys.Hash(_names.Members);
        var leases = keys.OpenHash(_names.BlockLeases);
        var byBlock = leases.Select(entry => (Block: int.Parse(entry.Key), Owner: entry.Value)).OrderBy(entry => entry.Block).ToArray();
        foreach (var (block, owner) in byBlock)
        {
            if (owner == incarnation || !members.ContainsKey(owner))
            {
                leases[$"{block}"] = incarnation;
                return new(BlockLeaseOutcome.Leased, block);
            }
        }

        var record = keys.OpenHash(_names.Job);
        var next = int.Parse(record.GetValueOrDefault("nextBlock", "0"));
        if (next < blockCount)
        {
            record["nextBlock"] = $"{next + 1}";
            leases[$"{next}"] = incarnation;
            return new(BlockLeaseOutcome.Leased, next);
        }

        return byBlock.Length > 0 ? new(BlockLeaseOutcome.Help, byBlock[0].Block) : new(BlockLeaseOutcome.Done, -1);
    }
}
