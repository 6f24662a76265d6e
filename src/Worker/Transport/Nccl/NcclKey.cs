namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>The key of a payload that a communicator moves.</summary>
/// <param name="Generation">The communicator's generation.</param>
/// <param name="Number">The communicator's number in its generation.</param>
/// <param name="Step">The step.</param>
/// <param name="What">What the bytes are.</param>
/// <param name="Incarnation">Who made them.</param>
/// <param name="StoreKey">Where they lie in DATA, should the communicator not move them.</param>
internal sealed record NcclKey(long Generation, int Number, long Step, string What, string Incarnation, string StoreKey)
{
    private const string Scheme = "nccl://";
    private const int PartCount = 6;

    /// <summary>Whether a key is of this kind.</summary>
    public static bool Is(string key) => key.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads a key of this kind.</summary>
    /// <exception cref="FormatException">It is broken.</exception>
    public static NcclKey Read(string key) =>
        Is(key) && key[Scheme.Length..].Split('/', PartCount) is { Length: PartCount } parts
        && long.TryParse(parts[0], out var generation) && int.TryParse(parts[1], out var number) && long.TryParse(parts[2], out var step)
            ? new(generation, number, step, parts[3], parts[4], parts[5])
            : throw new FormatException($"'{key}' is not a key of a payload.");

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Generation}/{Number}/{Step}/{What}/{Incarnation}/{StoreKey}";
}
