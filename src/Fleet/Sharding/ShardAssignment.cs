using System.Collections.Immutable;

namespace LightlyCluster.Fleet.Sharding;

/// <summary>Says which member computes which virtual shards: contiguous, disjoint ranges that cover all of them.</summary>
/// <remarks>
/// Which member computes a shard never changes a result; the assignment only decides who works how much. Members are listed in
/// the order of their ranges. A member may hold the empty range.
/// </remarks>
public sealed class ShardAssignment
{
    private ShardAssignment(ImmutableArray<(string Member, ShardRange Range)> ranges) => Ranges = ranges;

    /// <summary>No members.</summary>
    public static ShardAssignment Empty { get; } = new([]);

    /// <summary>Members with their ranges, in order of the ranges.</summary>
    public ImmutableArray<(string Member, ShardRange Range)> Ranges { get; }

    /// <summary>The members, in order of their ranges.</summary>
    public IEnumerable<string> Members => Ranges.Select(entry => entry.Member);

    /// <summary>Shares <paramref name="shardCount"/> shards in proportion to the weights (largest remainder; ties by order).</summary>
    /// <param name="shardCount">Number V of virtual shards, above 0.</param>
    /// <param name="members">Members in the wanted order; not empty.</param>
    /// <param name="weights">Measured throughput of each member; values of 0 or less count as the mean of the others.</param>
    public static ShardAssignment Weighted(int shardCount, IReadOnlyList<string> members, IReadOnlyList<double> weights)
    {
        Invariant.Require(members.Count > 0 && members.Count == weights.Count, "an assignment needs members with one weight each");
        var known = weights.Where(weight => weight > 0 && double.IsFinite(weight)).DefaultIfEmpty(1).Average();
        var effective = weights.Select(weight => weight > 0 && double.IsFinite(weight) ? weight : known).ToArray();
        var quotas = effective.Select(weight => shardCount * weight / effective.Sum()).ToArray();
        var counts = quotas.Select(quota => (int)Math.Floor(quota)).ToArray();
        var order = Enumerable.Range(0, members.Count)
            .OrderByDescending(member => quotas[member] - counts[member]).ThenBy(member => member).ToArray();
        for (var given = 0; counts.Sum() < shardCount; given++)
        {
            counts[order[given % order.Length]]++;
        }

        GiveEachOne(counts, shardCount);
        return FromCounts(members, counts);
    }

    /// <summary>
    /// Gives the ranges of members that are gone to their neighbours and leaves what survivors hold as it is, so that in the
    /// running step only what is missing is computed.
    /// </summary>
    /// <param name="shardCount">Number V of virtual shards.</param>
    /// <param name="gone">Members to take out.</param>
    /// <returns>The new assignment; <see cref="Empty"/> when nobody is left.</returns>
    public ShardAssignment Without(int shardCount, IReadOnlySet<string> gone)
    {
        var survivors = Ranges.Where(entry => !gone.Contains(entry.Member)).ToArray();
        if (survivors.Length == 0)
        {
            return Empty;
        }

        var starts = new int[survivors.Length + 1];
        starts[^1] = shardCount;
        for (var index = 1; index < survivors.Length; index++)
        {
            var left = survivors[index - 1].Range.End;
            var right = Math.Max(left, survivors[index].Range.Start);
            starts[index] = left + ((right - left) / 2);
        }

        return new([.. survivors.Select((entry, index) => (entry.Member, new ShardRange(starts[index], starts[index + 1] - starts[index])))]);
    }

    /// <summary>The same with members that hold nothing, behind the others.</summary>
    public ShardAssignment WithIdle(IEnumerable<string> members)
    {
        var end = Ranges.IsEmpty ? 0 : Ranges[^1].Range.End;
        return new([.. Ranges, .. members.Select(member => (member, new ShardRange(end, 0)))]);
    }

    /// <summary>The range of a member; the empty range when it has none.</summary>
    public ShardRange RangeOf(string member) => Ranges.FirstOrDefault(entry => entry.Member == member).Range;

    /// <summary>Writes the assignment as "member:start:count,...".</summary>
    public string Encode() => string.Join(',', Ranges.Select(entry => $"{entry.Member}:{entry.Range.Start}:{entry.Range.Count}"));

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static ShardAssignment Decode(string text) => text.Length == 0
        ? Empty
        : new([.. text.Split(',').Select(entry => entry.Split(':')).Select(parts => (parts[0], new ShardRange(int.Parse(parts[1]), int.Parse(parts[2]))))]);

    private static void GiveEachOne(int[] counts, int shardCount)
    {
        if (shardCount < counts.Length)
        {
            return;
        }

        for (var poor = Array.IndexOf(counts, 0); poor >= 0; poor = Array.IndexOf(counts, 0))
        {
            counts[Array.IndexOf(counts, counts.Max())]--;
            counts[poor]++;
        }
    }

    private static ShardAssignment FromCounts(IReadOnlyList<string> members, int[] counts)
    {
        var ranges = ImmutableArray.CreateBuilder<(string, ShardRange)>(members.Count);
        for (int index = 0, start = 0; index < members.Count; start += counts[index], index++)
        {
            ranges.Add((members[index], new ShardRange(start, counts[index])));
        }

        return new(ranges.MoveToImmutable());
    }
}
