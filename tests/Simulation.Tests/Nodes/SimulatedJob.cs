using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>The job of a simulation: real protocol, arithmetic instead of training.</summary>
/// <param name="Seed">Seed of the job.</param>
/// <param name="ShardCount">Number V of virtual shards.</param>
/// <param name="Steps">The horizon.</param>
/// <param name="VectorLength">Values in the reduced vector.</param>
/// <param name="CheckpointEvery">Steps between checkpoints.</param>
/// <param name="MinimumWorkers">Fewest workers to start with.</param>
/// <param name="RowLength">Values that a shard publishes before gradients; 0 for a method that needs none.</param>
/// <param name="Wire">The wire format; the last values of the vector are no gradients and travel as they are.</param>
internal sealed record SimulatedJob(
    ulong Seed, int ShardCount, long Steps, int VectorLength, long CheckpointEvery, int MinimumWorkers, int RowLength = 4,
    string Wire = JobVocabulary.WireSingle)
{
    private const int ValuesAfterGradients = 7;

    public const string Id = "job";

    /// <summary>How many values of the vector are gradients.</summary>
    public int GradientLength => VectorLength - ValuesAfterGradients;

    public JobSpecification Specification { get; } = new()
    {
        Data = new() { Path = "/images" },
        Method = new() { Name = MethodCatalog.SimClr, Parameters = ParameterValues.Empty },
        Backbone = new(),
        Transforms = new() { Preset = "simclr" },
        Train = new() { BatchSize = ShardCount * 4, Shards = ShardCount, Steps = Steps, Seed = Seed },
        Optimizer = new(),
        Schedule = new(),
        Workers = new() { Min = MinimumWorkers },
        Sync = new() { Wire = Wire },
        Checkpoint = new() { Every = CheckpointEvery, Uri = "/results" },
        Evaluate = new() { Knn = false },
        Resources = new(),
    };

    public JobShape ShapeOf(JobSpecification specification) => new(
        specification, 4L * ShardCount * 3, "manifest", StepsPerEpoch: 3, Steps, new VectorLayout(VectorLength, GradientLength, ChunkLength: 16),
        RowLength);
}
