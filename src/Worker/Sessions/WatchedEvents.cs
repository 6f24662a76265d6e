using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Worker.Sessions;

/// <summary>Hints whose waiting is noted: a member that waits has done its part, and whom all others wait for is stuck.</summary>
internal sealed class WatchedEvents(IJobEvents events, WorkerState state) : IJobEvents
{
    /// <inheritdoc/>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        state.Work(StepPart.Waiting);
        var isHinted = await events.WaitAsync(longest, cancellationToken);
        if (isHinted)
        {
            // Something came: there may be work again. A wait that just ends changes nothing.
            state.Work(StepPart.Computing);
        }

        return isHinted;
    }

    /// <inheritdoc/>
    public void Wake() => events.Wake();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => events.DisposeAsync();
}
