namespace LightlyCluster.Fleet.Sharding;

/// <summary>Says which member adds up a chunk of the reduced vector, by rendezvous hashing.</summary>
/// <remarks>
/// Each member gets a score for a chunk and the highest one owns it, so that only the chunks of a member that leaves move.
/// Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998.
/// </remarks>
public static class ChunkOwnership
{
    /// <summary>The owner of a chunk among <paramref name="members"/> (not empty).</summary>
    public static string OwnerOf(int chunk, IEnumerable<string> members) =>
        members.MaxBy(member => (Score(chunk, member), member)) ?? throw new ArgumentException("A chunk needs members.", nameof(members));

    private static ulong Score(int chunk, string member)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in member)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        hash ^= (ulong)(uint)chunk * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}
