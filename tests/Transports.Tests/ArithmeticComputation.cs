using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Simulation.Tests.Nodes;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Tasks;

namespace LightlyCluster.Transports.Tests;

/// <summary>Computes a job by arithmetic, in no time, and tells the test which states it reaches.</summary>
internal sealed class ArithmeticComputation(SimulatedJob job, JobShape shape, Func<string, Task> reachAsync) : IJobComputation
{
    private readonly ShardArithmetic _arithmetic = new(job);
    private IReadOnlyList<float[]> _rows = [];

    public JobShape Shape => shape;

    public long Step => _arithmetic.Step;

    public IReadOnlyCollection<string> BadFiles => [];

    public double LearningRateAt(long step) => ShardArithmetic.LearningRateAt(step);

    public void Expect(ShardRange range)
    {
        // Arithmetic needs no data.
    }

    public async Task<PublishedShard> PublishAsync(int shard, PhaseTimes times, CancellationToken cancellationToken)
    {
        await reachAsync($"publish {Step} {shard}");
        return new(shard, ShardArithmetic.SamplesDigest(job, Step, shard), 0, _arithmetic.Publish(shard));
    }

    public Task ReceiveAsync(IReadOnlyList<float[]> rows, PhaseTimes times)
    {
        _rows = [.. rows];
        return Task.CompletedTask;
    }

    public async Task BackwardAsync(int shard, VectorBuffer leaf, Action<int>? onGradients, PhaseTimes times)
    {
        await reachAsync($"backward {Step} {shard}");
        await _arithmetic.BackwardAsync(shard, _rows, leaf, onGradients, () => reachAsync($"early {Step} {shard}"));
    }

    public Task AbandonAsync() => Task.CompletedTask;

    public async Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, bool isHashed, PhaseTimes times)
    {
        await reachAsync($"apply {Step}");
        var loss = _arithmetic.Apply(_rows, reduced.Values, learningRate);
        return (loss, _arithmetic.Hash);
    }

    public Task<string> HashAsync() => Task.FromResult(_arithmetic.Hash);

    public Task<byte[]> PackAsync() => Task.FromResult(_arithmetic.Pack());

    public async Task<string> UnpackAsync(byte[] bytes, long step)
    {
        await reachAsync($"unpack {step}");
        _arithmetic.Unpack(bytes, step);
        return _arithmetic.Hash;
    }

    public Task CheckpointAsync(string knnTop1Untrained) => Task.CompletedTask;

    public Task<long?> NewestCheckpointAsync() => Task.FromResult<long?>(null);

    public Task LoadCheckpointAsync() => Task.CompletedTask;

    public Task<string> ReadUntrainedAsync() => Task.FromResult("");

    public Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count) => Task.FromResult<IReadOnlyList<string>>(
        [.. Enumerable.Range(0, count).Select(offset => StepEntry.DigestOf(
            Enumerable.Range(0, job.ShardCount).Select(shard => ShardArithmetic.SamplesDigest(job, firstStep + offset, shard))))]);

    public IReadOnlyList<string> ChangedFiles(DateTimeOffset since) => [];

    public Task<EvaluationResult> EvaluateAsync(bool isFull) => Task.FromResult<EvaluationResult>(new(null, 0, 0, 0, 0, 1, [], [], [], []));

    public Task ExportAsync(EvaluationResult evaluation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
