namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>The rounds of one step on one rank.</summary>
internal sealed class NcclStep : IDisposable
{
    /// <summary>Prepares the rounds; those in which nobody sends anything are left out by everybody.</summary>
    /// <exception cref="NcclException">There is no memory for what travels.</exception>
    public NcclStep(long number, IReadOnlyList<NcclParcel>[] schedule, int rank, int rankCount, NcclStaging staging)
    {
        Number = number;
        Rounds = [.. schedule.Where(parcels => parcels.Count > 0).Select(parcels => new NcclRound(parcels, rank, rankCount, staging))];
    }

    /// <summary>The step.</summary>
    public long Number { get; }

    /// <summary>Its rounds, in the order in which all make them.</summary>
    public IReadOnlyList<NcclRound> Rounds { get; }

    /// <summary>Whether all of them are over.</summary>
    public bool IsOver => Rounds.All(round => round.Moved.IsCompleted);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var round in Rounds)
        {
            round.Dispose();
        }
    }
}
