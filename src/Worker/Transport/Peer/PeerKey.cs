namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>The key of a payload that lies in a worker's memory: it says whose.</summary>
/// <param name="Job">The job.</param>
/// <param name="Step">The step.</param>
/// <param name="What">What the bytes are.</param>
/// <param name="Incarnation">Who made them.</param>
/// <param name="Attempt">Tells keys of one incarnation apart.</param>
/// <param name="Place">Where the bytes lie in its shared memory; -1 when they do not.</param>
internal sealed record PeerKey(string Job, long Step, string What, string Incarnation, long Attempt, long Place = PeerKey.Nowhere)
{
    /// <summary>The bytes do not lie in shared memory.</summary>
    public const long Nowhere = -1;

    private const string Scheme = "peer://";
    private const int PartCount = 6;

    /// <summary>Whether others may hold the payload too: they keep what they have read, but for nodes of the tree, which only chunk owners read.</summary>
    public bool IsKeptByOthers => !What.StartsWith("node", StringComparison.Ordinal);

    /// <summary>Whether a key names a payload in a worker's memory.</summary>
    public static bool Is(string key) => key.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>The key of the piece that others read to measure the way to a worker.</summary>
    public static string Probe(string job, string incarnation) => new PeerKey(job, 0, "probe", incarnation, 0).ToString();

    /// <summary>The key of the payload that says where a worker's shared memory is.</summary>
    public static string Memory(string job, string incarnation) => new PeerKey(job, 0, "memory", incarnation, 0).ToString();

    /// <summary>Reads a key; null when it is none of this kind.</summary>
    public static PeerKey? TryRead(string key)
    {
        if (!Is(key) || key[Scheme.Length..].Split('/') is not { Length: PartCount } parts)
        {
            return null;
        }

        return long.TryParse(parts[1], out var step) && long.TryParse(parts[4], out var attempt) && long.TryParse(parts[5], out var place)
            ? new(parts[0], step, parts[2], parts[3], attempt, place)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Job}/{Step}/{What}/{Incarnation}/{Attempt}/{Place}";
}
