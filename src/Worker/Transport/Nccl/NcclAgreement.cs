using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>What the members of a communicator tell each other through META.</summary>
internal sealed class NcclAgreement(NcclPlan plan, INcclStore facts, TimeProvider clock)
{
    /// <summary>The id by which the members find each other: the first one makes it.</summary>
    /// <exception cref="NcclException">NCCL makes none.</exception>
    public async Task<NcclUniqueId> IdAsync(CancellationToken cancellationToken)
    {
        var own = plan.Rank == 0 ? NcclCommunicator.NewId().ToHex() : null;
        while (true)
        {
            try
            {
                var known = own is null
                    ? (await facts.ReadAsync(plan.Generation))?.GetValueOrDefault(plan.IdFact)
                    : await facts.AgreeAsync(plan.Generation, plan.IdFact, own, NcclFallback.FactLife);
                if (known is not null)
                {
                    return NcclUniqueId.FromHex(known);
                }
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                // It comes again.
            }

            await Task.Delay(NcclClock.BetweenLooks, clock, cancellationToken);
        }
    }

    /// <summary>Says that the communicator is broken.</summary>
    /// <param name="step">The step in which this member is.</param>
    /// <param name="reason">Why.</param>
    /// <returns>What the first one said; null where META does not tell: then the next generation decides.</returns>
    public async Task<string?> BreakAsync(long step, string reason)
    {
        try
        {
            return await facts.AgreeAsync(plan.Generation, plan.BreakFact, $"{step} {reason}", NcclFallback.FactLife);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            return null;
        }
    }

    /// <summary>Whether another member has ended the communicator.</summary>
    /// <returns>Why; empty when the generation is over; null when it goes on, as far as anybody knows.</returns>
    public async Task<string?> EndAsync()
    {
        try
        {
            var known = await facts.ReadAsync(plan.Generation);
            return known is null ? "" : known.TryGetValue(plan.BreakFact, out var said) ? said.Split(' ', 2)[^1] : null;
        }
        catch (StoreAwayException)
        {
            return null;
        }
    }
}
