namespace LightlyCluster.Fleet.Jobs;

/// <summary>What to train, with every default applied: the plan that coordinator and workers follow.</summary>
/// <remarks>Mirrors <c>TrainingJobSpec</c> of the wire; nothing in it is null. Records with equal content are equal.</remarks>
public sealed record JobSpecification
{
    /// <summary>Where the images are.</summary>
    public required DataSpecification Data { get; init; }

    /// <summary>How to learn.</summary>
    public required MethodSpecification Method { get; init; }

    /// <summary>What to train.</summary>
    public required BackboneSpecification Backbone { get; init; }

    /// <summary>How views are made.</summary>
    public required TransformsSpecification Transforms { get; init; }

    /// <summary>How long, and in which portions.</summary>
    public required TrainSpecification Train { get; init; }

    /// <summary>How parameters change.</summary>
    public required OptimizerSpecification Optimizer { get; init; }

    /// <summary>How the learning rate changes.</summary>
    public required ScheduleSpecification Schedule { get; init; }

    /// <summary>How many workers may take part.</summary>
    public required WorkersSpecification Workers { get; init; }

    /// <summary>How workers exchange gradients.</summary>
    public required SyncSpecification Sync { get; init; }

    /// <summary>When and where the state is saved.</summary>
    public required CheckpointSpecification Checkpoint { get; init; }

    /// <summary>What is measured.</summary>
    public required EvaluateSpecification Evaluate { get; init; }

    /// <summary>What to embed, instead of training.</summary>
    public EmbedSpecification Embed { get; init; } = new();

    /// <summary>What a worker may use.</summary>
    public required ResourcesSpecification Resources { get; init; }

    /// <summary>Images of a step: the global batch; under local SGD all batches of a round.</summary>
    public int StepImages => Train.BatchSize * Sync.LocalSteps;

    /// <summary>Images that one shard takes in a step.</summary>
    public int ShardStepImages => Train.ShardImages * Sync.LocalSteps;
}
