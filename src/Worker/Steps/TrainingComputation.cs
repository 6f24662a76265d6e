using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Observability.Names;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Snapshots;
using LightlyCluster.Worker.Tasks;
using TorchSharp;

namespace LightlyCluster.Worker.Steps;

/// <summary>Real training: tensors on the training thread, images decoded on others.</summary>
internal sealed class TrainingComputation(JobContext context, TrainingThread training, string numericClass) : IJobComputation
{
    private readonly EarlyGradients _early = new(context.Method, context.Layout);
    private readonly Dictionary<int, torch.Tensor[]> _views = [];
    private readonly LoadAhead _loads = new(
        (step, shard, cancellationToken) => context.Loader.LoadAsync(step, context.Method.ViewsOf(step, shard), cancellationToken), context.StepsTotal);

    /// <inheritdoc/>
    public JobShape Shape { get; } = new(
        context.Specification, context.Source.Manifest.Count, context.Source.Identity, context.StepsPerEpoch, context.StepsTotal,
        context.Layout, context.PublishedLength);

    /// <inheritdoc/>
    public long Step => context.Step;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> BadFiles => context.Loader.BadFiles;

    /// <inheritdoc/>
    public double LearningRateAt(long step) => context.Schedule.At(step);

    /// <inheritdoc/>
    public void Expect(ShardRange range) => _loads.Expect(range);

    /// <inheritdoc/>
    public async Task<PublishedShard> PublishAsync(int shard, PhaseTimes times, CancellationToken cancellationToken)
    {
        var step = context.Step;
        var loaded = await times.MeasureAsync(TelemetryPhases.DataWait, () => _loads.TakeAsync(step, shard, cancellationToken));
        var rows = await training.RunAsync(() =>
        {
            var views = times.Measure(TelemetryPhases.Augment, () => MakeViews(step, loaded));
            _views[shard] = views;
            return times.Measure(TelemetryPhases.Forward, () =>
            {
                CrashPoint.Reach("worker.mid-forward");
                return context.Method.Publish(step, shard, views);
            });
        });
        return new(shard, loaded.Digest, loaded.Replaced, rows);
    }

    /// <inheritdoc/>
    public Task ReceiveAsync(IReadOnlyList<float[]> rows, PhaseTimes times) => training.RunAsync(() => times.Measure(TelemetryPhases.Loss, () =>
    {
        context.Method.Receive(context.Step, rows);
        return true;
    }));

    /// <inheritdoc/>
    public Task BackwardAsync(int shard, VectorBuffer leaf, Action<int>? onGradients, PhaseTimes times) => training.RunAsync(() => times.Measure(TelemetryPhases.Backward, () =>
    {
        _early.Begin(leaf, onGradients);
        context.Method.Backward(context.Step, shard, _views[shard]);
        _early.End();
        if (_views.Remove(shard, out var views))
        {
            Array.ForEach(views, view => view.Dispose());
        }

        return true;
    }));

    /// <inheritdoc/>
    public Task AbandonAsync() => training.RunAsync(Abandon);

    /// <inheritdoc/>
    public Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, bool isHashed, PhaseTimes times) =>
        training.RunAsync(() =>
        {
            var loss = times.Measure(TelemetryPhases.Apply, () =>
            {
                Abandon();
                TensorValues.CopyFrom(context.Method.Vector, reduced.Values);
                var value = context.Method.Apply(context.Step, learningRate);
                CrashPoint.Reach("worker.mid-apply");
                context.Step++;
                return value;
            });
            return (loss, isHashed ? times.Measure(TelemetryPhases.Hash, Hash) : "");
        });

    /// <inheritdoc/>
    public Task<string> HashAsync() => training.RunAsync(Hash);

    /// <inheritdoc/>
    public Task<byte[]> PackAsync() => training.RunAsync(() => StateBytes.Pack(context.State));

    /// <inheritdoc/>
    public Task<string> UnpackAsync(byte[] bytes, long step) => training.RunAsync(() =>
    {
        Abandon();
        StateBytes.Unpack(bytes, context.State);
        context.Step = step;
        return Hash();
    });

    /// <inheritdoc/>
    public Task CheckpointAsync(string knnTop1Untrained) =>
        training.RunAsync(() => CheckpointFiles.Write(context, numericClass, knnTop1Untrained));

    /// <inheritdoc/>
    public Task<long?> NewestCheckpointAsync() => training.RunAsync(() => CheckpointFiles.LastStep(context));

    /// <inheritdoc/>
    public Task LoadCheckpointAsync() => training.RunAsync(() =>
    {
        Abandon();
        context.Step = CheckpointFiles.Load(CheckpointFiles.LastPath(context), context, numericClass).Step;
    });

    /// <inheritdoc/>
    public Task<string> ReadUntrainedAsync() =>
        training.RunAsync(() => CheckpointFiles.ReadUntrained(context.Specification.Checkpoint.ResumeFrom));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count) =>
        SamplesDigestsAsync(firstStep, count, (step, shard) => context.Loader.DigestOf(step, context.Method.ViewsOf(step, shard)));

    /// <inheritdoc/>
    public IReadOnlyList<string> ChangedFiles(DateTimeOffset since) => Steps.ChangedFiles.Since(context.Specification.Data.Path, since);

    /// <inheritdoc/>
    public async Task<EvaluationResult> EvaluateAsync(bool isFull)
    {
        using var test = await JobPreparation.OpenTestAsync(context.Specification, CancellationToken.None);
        return await training.RunAsync(() => EvaluationTask.Run(context, test, isFull));
    }

    /// <inheritdoc/>
    public Task ExportAsync(EvaluationResult evaluation) => training.RunAsync(() => ResultFiles.Write(context, evaluation));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _loads.DisposeAsync();
        await training.RunAsync(() =>
        {
            Abandon();
            context.Dispose();
        });
    }

    /// <summary>What the steps should have used, each from the digests of its shards in order.</summary>
    internal Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count, Func<long, int, string> digestOf) =>
        training.RunAsync<IReadOnlyList<string>>(() =>
            [.. Enumerable.Range(0, count).Select(offset => firstStep + offset)
                .Select(step => StepEntry.DigestOf(Enumerable.Range(0, context.ShardCount).Select(shard => digestOf(step, shard))))]);

    /// <summary>The hash of the state that is held. Call on the training thread.</summary>
    internal string Hash() => StateHash.Compute(context.State, context.Step);

    /// <summary>Makes the views of loaded images, which are used up by that. Call on the training thread.</summary>
    /// <returns>For each of the images' views [m, 3, S, S]; owned by the caller.</returns>
    internal torch.Tensor[] MakeViews(long step, LoadedShard loaded)
    {
        var epoch = step / context.StepsPerEpoch;
        var seed = context.Specification.Train.Seed;
        torch.Tensor[] views = [.. loaded.Views.Select((view, index) =>
            context.Views.Apply(loaded.Images[index], loaded.SampleIds[index], seed, epoch, view, context.Method.Options.Device))];
        loaded.Recycle();
        return views;
    }

    private void Abandon()
    {
        context.Method.Abandon();
        foreach (var view in _views.Values.SelectMany(views => views))
        {
            view.Dispose();
        }

        _views.Clear();
    }
}
