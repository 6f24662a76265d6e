namespace LightlyCluster.Worker.Steps;

/// <summary>Prepares what a job computes.</summary>
internal interface IComputationFactory
{
    /// <summary>Reads the data's index, builds the model, draws or loads the first state.</summary>
    Task<IJobComputation> PrepareAsync(JobTicket ticket, CancellationToken cancellationToken);
}
