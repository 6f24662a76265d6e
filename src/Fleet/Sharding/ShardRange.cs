namespace LightlyCluster.Fleet.Sharding;

/// <summary>A contiguous range of virtual shards, [Start, Start + Count).</summary>
/// <param name="Start">First shard, from 0.</param>
/// <param name="Count">Number of shards; 0 is the empty range.</param>
public readonly record struct ShardRange(int Start, int Count)
{
    /// <summary>The shard after the last one.</summary>
    public int End => Start + Count;

    /// <summary>Whether <paramref name="shard"/> lies in the range.</summary>
    public bool Contains(int shard) => shard >= Start && shard < End;

    /// <summary>The shards of the range, ascending.</summary>
    public IEnumerable<int> Shards() => Enumerable.Range(Start, Count);
}
