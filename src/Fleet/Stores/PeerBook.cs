namespace LightlyCluster.Fleet.Stores;

/// <summary>Where the workers of a job serve payloads to each other, and by what they know each other.</summary>
/// <param name="Secret">The job's secret; empty while nobody has registered. Never to be logged.</param>
/// <param name="Addresses">Addresses by incarnation.</param>
public sealed record PeerBook(string Secret, IReadOnlyDictionary<string, string> Addresses)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Addresses.Count} peers";
}
