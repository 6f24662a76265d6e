using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Observability.Names;
using LightlyCluster.SelfSupervised.Training.Local;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Tasks;

namespace LightlyCluster.Worker.Steps;

/// <summary>Training by local SGD: a step of the fleet is a round, and a shard is a replica that takes several steps by itself.</summary>
/// <remarks>
/// A replica is trained in the first half, since what it publishes is known at its end; the second half hands its contribution over. The
/// images of the next local step are decoded during the running one. Between local steps the training thread is free, so that a worker that
/// leaves writes its checkpoint at once: the state of the fleet is never that of a replica.
/// </remarks>
internal sealed class LocalComputation(TrainingComputation whole, JobContext context, LocalRounds rounds, TrainingThread training) : IJobComputation
{
    /// <inheritdoc/>
    public JobShape Shape => whole.Shape;

    /// <inheritdoc/>
    public long Step => context.Step;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> BadFiles => whole.BadFiles;

    /// <inheritdoc/>
    public double LearningRateAt(long step) => context.Schedule.At(rounds.BatchOf(step, 0));

    /// <inheritdoc/>
    public void Expect(ShardRange range)
    {
        // A replica loads each of its local steps during the one before.
    }

    /// <inheritdoc/>
    public async Task<PublishedShard> PublishAsync(int shard, PhaseTimes times, CancellationToken cancellationToken)
    {
        var round = context.Step;
        var digests = new List<string>();
        var replaced = 0;
        var next = LoadAsync(round, shard, 0, cancellationToken);
        try
        {
            await training.RunAsync(rounds.Begin);
            for (var localStep = 0; localStep < rounds.LocalSteps; localStep++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var loading = next;
                var loaded = await times.MeasureAsync(TelemetryPhases.DataWait, () => loading);
                if (localStep + 1 < rounds.LocalSteps)
                {
                    next = LoadAsync(round, shard, localStep + 1, cancellationToken);
                }

                digests.Add(loaded.Digest);
                replaced += loaded.Replaced;
                await TrainAsync(round, localStep, loaded, times);
            }
        }
        finally
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        return new(shard, StepEntry.DigestOf(digests), replaced, await training.RunAsync(() => rounds.End(shard)));
    }

    /// <inheritdoc/>
    public Task ReceiveAsync(IReadOnlyList<float[]> rows, PhaseTimes times) => training.RunAsync(() => rounds.Receive(rows));

    /// <inheritdoc/>
    public Task BackwardAsync(int shard, VectorBuffer leaf, Action<int>? onGradients, PhaseTimes times) =>
        training.RunAsync(() => rounds.Take(shard, leaf.Values));

    /// <inheritdoc/>
    public Task AbandonAsync() => training.RunAsync(rounds.Abandon);

    /// <inheritdoc/>
    public Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, bool isHashed, PhaseTimes times) =>
        training.RunAsync(() =>
        {
            var loss = times.Measure(TelemetryPhases.Apply, () =>
            {
                rounds.Abandon();
                var value = rounds.Apply(reduced.Values);
                CrashPoint.Reach("worker.mid-apply");
                context.Step++;
                return value;
            });
            return (loss, isHashed ? times.Measure(TelemetryPhases.Hash, whole.Hash) : "");
        });

    /// <inheritdoc/>
    public Task<string> HashAsync() => whole.HashAsync();

    /// <inheritdoc/>
    public Task<byte[]> PackAsync() => whole.PackAsync();

    /// <inheritdoc/>
    public async Task<string> UnpackAsync(byte[] bytes, long step)
    {
        await AbandonAsync();
        return await whole.UnpackAsync(bytes, step);
    }

    /// <inheritdoc/>
    public Task CheckpointAsync(string knnTop1Untrained) => whole.CheckpointAsync(knnTop1Untrained);

    /// <inheritdoc/>
    public Task<long?> NewestCheckpointAsync() => whole.NewestCheckpointAsync();

    /// <inheritdoc/>
    public async Task LoadCheckpointAsync()
    {
        await AbandonAsync();
        await whole.LoadCheckpointAsync();
    }

    /// <inheritdoc/>
    public Task<string> ReadUntrainedAsync() => whole.ReadUntrainedAsync();

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count) => whole.SamplesDigestsAsync(firstStep, count, DigestOf);

    /// <inheritdoc/>
    public IReadOnlyList<string> ChangedFiles(DateTimeOffset since) => whole.ChangedFiles(since);

    /// <inheritdoc/>
    public async Task<EvaluationResult> EvaluateAsync(bool isFull)
    {
        await training.RunAsync(rounds.Restore);
        return await whole.EvaluateAsync(isFull);
    }

    /// <inheritdoc/>
    public async Task ExportAsync(EvaluationResult evaluation)
    {
        await training.RunAsync(rounds.Restore);
        await whole.ExportAsync(evaluation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => whole.DisposeAsync();

    private Task<LoadedShard> LoadAsync(long round, int shard, int localStep, CancellationToken cancellationToken) =>
        context.Loader.LoadAsync(round, rounds.ViewsOf(round, shard, localStep), cancellationToken);

    private string DigestOf(long round, int shard) => StepEntry.DigestOf(Enumerable.Range(0, rounds.LocalSteps)
        .Select(localStep => context.Loader.DigestOf(round, rounds.ViewsOf(round, shard, localStep))));

    private Task TrainAsync(long round, int localStep, LoadedShard loaded, PhaseTimes times) => training.RunAsync(() =>
    {
        var views = times.Measure(TelemetryPhases.Augment, () => whole.MakeViews(round, loaded));
        try
        {
            CrashPoint.Reach("worker.mid-forward");
            times.Measure(TelemetryPhases.Backward, () =>
            {
                rounds.Step(round, localStep, views, context.Schedule.At(rounds.BatchOf(round, localStep)));
                return true;
            });
        }
        finally
        {
            Array.ForEach(views, view => view.Dispose());
        }
    });
}
