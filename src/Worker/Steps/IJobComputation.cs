using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Worker.Tasks;

namespace LightlyCluster.Worker.Steps;

/// <summary>
/// What a worker computes for a job: a pure function of state, seed and step, in pieces. How workers agree knows nothing of tensors;
/// training implements this on its own thread, the simulation by arithmetic.
/// </summary>
/// <remarks>
/// A step runs as: <see cref="PublishAsync"/> for own shards, <see cref="ReceiveAsync"/> with what all shards published,
/// <see cref="BackwardAsync"/> for own shards, <see cref="ApplyAsync"/> with the sum. Only Apply changes the state.
/// </remarks>
internal interface IJobComputation : IAsyncDisposable
{
    /// <summary>What the job is.</summary>
    JobShape Shape { get; }

    /// <summary>The number of the state that is held.</summary>
    long Step { get; }

    /// <summary>Files that do not decode, as far as they have been met.</summary>
    IReadOnlyCollection<string> BadFiles { get; }

    /// <summary>The learning rate of a step.</summary>
    double LearningRateAt(long step);

    /// <summary>Says which shards this worker is to compute from now on, step after step, so that their data can be made ready ahead.</summary>
    void Expect(ShardRange range);

    /// <summary>First half of a shard of the running step, expected or not.</summary>
    Task<PublishedShard> PublishAsync(int shard, PhaseTimes times, CancellationToken cancellationToken);

    /// <summary>Takes what all shards of a step published, in order; also before <see cref="ApplyAsync"/> of a step that others computed.</summary>
    Task ReceiveAsync(IReadOnlyList<float[]> rows, PhaseTimes times);

    /// <summary>Second half of a shard whose first half was computed here; its vector goes into <paramref name="leaf"/>.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="leaf">Receives the vector.</param>
    /// <param name="onGradients">
    /// Told, on any thread, from which value on gradients have their place in the leaf already, up to the last gradient; the offsets fall. What is told belongs to the caller from then on.
    /// Null: nobody wants to know.
    /// </param>
    /// <param name="times">Takes the time.</param>
    Task BackwardAsync(int shard, VectorBuffer leaf, Action<int>? onGradients, PhaseTimes times);

    /// <summary>Forgets what the running step has kept, so that it can be computed again.</summary>
    Task AbandonAsync();

    /// <summary>Applies the reduced vector: all or nothing.</summary>
    /// <returns>The loss of the batch, and the hash of the new state (empty unless <paramref name="isHashed"/>).</returns>
    Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, bool isHashed, PhaseTimes times);

    /// <summary>The hash of the state that is held.</summary>
    Task<string> HashAsync();

    /// <summary>The state as bytes.</summary>
    Task<byte[]> PackAsync();

    /// <summary>Takes a state from bytes.</summary>
    /// <returns>Its hash.</returns>
    Task<string> UnpackAsync(byte[] bytes, long step);

    /// <summary>Writes a checkpoint of the state that is held.</summary>
    Task CheckpointAsync(string knnTop1Untrained);

    /// <summary>The step of the job's newest checkpoint; null when there is none.</summary>
    Task<long?> NewestCheckpointAsync();

    /// <summary>Loads the job's newest checkpoint.</summary>
    Task LoadCheckpointAsync();

    /// <summary>The accuracy before training that the checkpoint which the run continues carries; empty when there is none.</summary>
    Task<string> ReadUntrainedAsync();

    /// <summary>
    /// What the log should say about the samples of steps: computed anew from the seed, the manifest and the contents of the files.
    /// </summary>
    Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count);

    /// <summary>Files of the data set that were written after a time, as far as that can be told; at most five.</summary>
    IReadOnlyList<string> ChangedFiles(DateTimeOffset since);

    /// <summary>Measures the backbone.</summary>
    /// <param name="isFull">Whether the collapse measure and points for a plot are wanted too.</param>
    Task<EvaluationResult> EvaluateAsync(bool isFull);

    /// <summary>Writes the exported model and the evaluation into the output folder.</summary>
    Task ExportAsync(EvaluationResult evaluation);
}
