using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// Keeps what an incarnation that was declared dead had prepared, for the incarnation that comes after it in the same process: it then
/// needs neither the data's index nor a snapshot, only the steps that it missed.
/// </summary>
/// <remarks>
/// A state is used again if its hash is the one that the members agreed on for its step; while that is not known, everything is
/// prepared anew. A state that the job has not reached is proof that META lost commits: it is given back as well, so that whoever
/// takes part with it finds that out. What is kept holds its memory until the next training job comes or the process ends.
/// </remarks>
internal sealed class ComputationShelf(IComputationFactory factory, TimeProvider clock)
{
    private const int TriesForHash = 10;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    private (string Job, IJobComputation Computation)? _kept;

    /// <summary>What was kept for this job where its state is the job's or beyond it, else a new preparation.</summary>
    /// <returns>What computes, and whether it was kept.</returns>
    /// <exception cref="StoreAwayException">The store is away; nothing is lost, call again.</exception>
    public async Task<(IJobComputation Computation, bool IsKept)> TakeAsync(JobTicket ticket, IFleetStore store, CancellationToken cancellationToken)
    {
        if (_kept is { } kept)
        {
            if (kept.Job == ticket.Id
                && (await IsAheadAsync(kept, store.Jobs) || await IsAgreedAsync(kept.Computation, store.Steps(ticket.Id, ticket.Incarnation), cancellationToken)))
            {
                _kept = null;
                return (kept.Computation, true);
            }

            _kept = null;
            await kept.Computation.DisposeAsync();
        }

        return (await factory.PrepareAsync(ticket, cancellationToken), false);
    }

    private static async Task<bool> IsAheadAsync((string Job, IJobComputation Computation) kept, IJobStore jobs) =>
        await jobs.ReadHeadAsync(kept.Job) is { } job && job.Step < kept.Computation.Step;

    /// <summary>Whether the members hold the same state; they may be about to say so.</summary>
    private async Task<bool> IsAgreedAsync(IJobComputation kept, IStepStore steps, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < TriesForHash; tries++)
        {
            if (await steps.ReadHashAsync(kept.Step) is { } agreed)
            {
                return agreed == await kept.HashAsync();
            }

            await Task.Delay(BetweenTries, clock, cancellationToken);
        }

        return false;
    }

    /// <summary>Takes back what a job does not need any more.</summary>
    /// <param name="job">The job.</param>
    /// <param name="computation">What was prepared for it.</param>
    /// <param name="isKept">Whether the same job may come again, and no step of it was left half applied.</param>
    public async Task PutAsync(string job, IJobComputation computation, bool isKept)
    {
        if (!isKept)
        {
            await computation.DisposeAsync();
            return;
        }

        await computation.AbandonAsync();
        _kept = (job, computation);
    }
}
