using LightlyCluster.Worker.Hosting;

namespace LightlyCluster.Worker.Steps;

/// <summary>Prepares real training on the worker's device.</summary>
internal sealed class TrainingComputationFactory(DeviceChoice device, TrainingThread training) : IComputationFactory
{
    /// <inheritdoc/>
    public async Task<IJobComputation> PrepareAsync(JobTicket ticket, CancellationToken cancellationToken)
    {
        var source = await JobPreparation.OpenAsync(ticket, cancellationToken);
        var context = await training.RunAsync(() => JobPreparation.Prepare(ticket, device, source));
        var whole = new TrainingComputation(context, training, ticket.NumericClass);
        return context.Rounds is { } rounds ? new LocalComputation(whole, context, rounds, training) : whole;
    }
}
