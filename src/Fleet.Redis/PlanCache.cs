using System.Collections.Concurrent;
using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The newest plan of each job that this process reads: it is read once a generation, since it grows with the fleet.</summary>
internal sealed class PlanCache
{
    private const int JobsMaximum = 1000;

    private readonly ConcurrentDictionary<string, Entry> _newest = new(StringComparer.Ordinal);

    /// <summary>The plan of a generation; null when another one is known, or none.</summary>
    public Entry? Find(string job, string generation) =>
        _newest.TryGetValue(job, out var entry) && entry.Generation == generation ? entry : null;

    /// <summary>Keeps the plan of a generation, and forgets the one before.</summary>
    public void Keep(string job, Entry entry)
    {
        if (_newest.Count >= JobsMaximum)
        {
            _newest.Clear();
        }

        _newest[job] = entry;
    }

    /// <summary>A plan.</summary>
    /// <param name="Generation">Its generation, as META writes it.</param>
    /// <param name="Fields">Its fields.</param>
    /// <param name="Plan">What they say.</param>
    public sealed record Entry(string Generation, IReadOnlyDictionary<string, string> Fields, ShardPlan Plan);
}
