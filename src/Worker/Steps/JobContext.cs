using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.SelfSupervised.Training.Local;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Steps;

/// <summary>A prepared job: data, views, model, schedule. Tensors belong to the training thread.</summary>
internal sealed class JobContext : IDisposable
{
    /// <summary>Identifier of the job.</summary>
    public required string Id { get; init; }

    /// <summary>The resolved specification.</summary>
    public required JobSpecification Specification { get; init; }

    /// <summary>The images.</summary>
    public required ImageSource Source { get; init; }

    /// <summary>Finds and decodes the images of a shard.</summary>
    public required ImageLoader Loader { get; init; }

    /// <summary>Makes views.</summary>
    public required ViewPipeline Views { get; init; }

    /// <summary>The step and its state.</summary>
    public required TrainingMethod Method { get; init; }

    /// <summary>Rounds of local SGD in which the method is trained; null where every step is one global batch.</summary>
    public LocalRounds? Rounds { get; init; }

    /// <summary>The state in ordinal order of checkpoint names; tensors are borrowed.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => Rounds?.State ?? Method.State;

    /// <summary>Float32 values that a shard publishes before its vector.</summary>
    public int PublishedLength => Rounds?.PublishedLength ?? Method.PublishedLength;

    /// <summary>Learning rate by batch.</summary>
    public required LearningRateSchedule Schedule { get; init; }

    /// <summary>Number V of virtual shards.</summary>
    public int ShardCount => Specification.Train.Shards;

    /// <summary>Steps an epoch.</summary>
    public long StepsPerEpoch => Loader.StepsPerEpoch;

    /// <summary>The schedule's horizon.</summary>
    public long StepsTotal => Schedule.StepsTotal / Specification.Sync.LocalSteps;

    /// <summary>The chunks of the reduced vector.</summary>
    public required VectorLayout Layout { get; init; }

    /// <summary>The state that the method holds.</summary>
    public long Step { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rounds?.Dispose();
        Method.Dispose();
        Source.Dispose();
    }
}
