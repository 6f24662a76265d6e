using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Simulation.Tests.Network;

/// <summary>Hints that sometimes do not come.</summary>
internal sealed class FaultyEvents(IJobEvents inner, SimulatedNetwork network, TimeProvider clock) : IJobEvents
{
    /// <inheritdoc/>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (network.LosesHint())
        {
            await Task.Delay(longest, clock, cancellationToken);
            return false;
        }

        return await inner.WaitAsync(longest, cancellationToken);
    }

    /// <inheritdoc/>
    public void Wake() => inner.Wake();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
