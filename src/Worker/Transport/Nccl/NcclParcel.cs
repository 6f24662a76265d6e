namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>What one rank sends at once.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver; null for all others.</param>
/// <param name="Parts">Payloads, by name and length, in the order of their bytes.</param>
internal sealed record NcclParcel(int From, int? To, IReadOnlyList<(string What, int Bytes)> Parts)
{
    /// <summary>Length of all.</summary>
    public long Bytes => Parts.Sum(part => (long)part.Bytes);

    /// <summary>Whether it comes to a rank.</summary>
    public bool Reaches(int rank) => From != rank && (To ?? rank) == rank;
}
