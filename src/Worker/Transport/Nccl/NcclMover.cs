using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Worker.Telemetry;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>Makes rounds by a communicator: to the device, from rank to rank, to the host.</summary>
internal sealed class NcclMover(NcclCommunicator communicator, NcclStaging staging, NcclClock clock, TransportInstruments instruments)
{
    private const string WarmUp = "warm-up";
    private const int WarmUpBytes = 1024;

    /// <summary>Makes a round.</summary>
    /// <exception cref="NcclException">NCCL or CUDA fails.</exception>
    public async Task MoveAsync(NcclRound round, CancellationToken cancellationToken)
    {
        round.Load();
        communicator.Begin(round.Transfers);
        await clock.UntilAsync(communicator.HasEnded, cancellationToken);
        round.Unload();
        await clock.UntilAsync(() => communicator.HasEnded() && staging.Memory.HasEnded(), cancellationToken);
        instruments.Sent(JobVocabulary.TransportNccl, round.BytesSent);
        instruments.Received(JobVocabulary.TransportNccl, round.BytesReceived);
    }

    /// <summary>Everybody sends everybody what is known: ways that do not work are found before anything depends on them.</summary>
    /// <exception cref="NcclException">NCCL or CUDA fails, or other bytes come.</exception>
    public async Task WarmUpAsync(NcclPlan plan, CancellationToken cancellationToken)
    {
        var ranks = Enumerable.Range(0, plan.Members.Count).ToArray();
        using var round = new NcclRound([.. ranks.Select(rank => new NcclParcel(rank, null, [(WarmUp, WarmUpBytes)]))], plan.Rank, ranks.Length, staging);
        round.TryWrite(WarmUp, Known(plan.Rank), "");
        await MoveAsync(round, cancellationToken);
        round.End(hasMoved: true);
        var bytes = new byte[WarmUpBytes];
        foreach (var rank in ranks)
        {
            if (!round.TryRead(rank, WarmUp, bytes) || !bytes.AsSpan().SequenceEqual(Known(rank)))
            {
                throw new NcclException($"NCCL brings other bytes from rank {rank} than it sent.");
            }
        }
    }

    private static byte[] Known(int rank) => [.. Enumerable.Range(rank, WarmUpBytes).Select(value => (byte)(value * 7))];
}
