using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Simulation.Tests.Checks;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Tasks;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>Computes a job by arithmetic and takes virtual time for it.</summary>
internal sealed class SimulatedComputation(
    SimulatedJob job, JobShape shape, SimulatedDisk disk, SimulationChecks checks, string worker, Func<TimeSpan> nextDuration, TimeProvider clock)
    : IJobComputation
{
    private readonly ShardArithmetic _arithmetic = new(job);
    private readonly HashSet<int> _computed = [];
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
        await times.MeasureAsync("forward", () => WorkAsync(cancellationToken));
        _computed.Add(shard);
        return new(shard, ShardArithmetic.SamplesDigest(job, Step, shard), 0, _arithmetic.Publish(shard));
    }

    public async Task ReceiveAsync(IReadOnlyList<float[]> rows, PhaseTimes times)
    {
        await Task.Yield();
        _rows = [.. rows];
    }

    public async Task BackwardAsync(int shard, VectorBuffer leaf, Action<int>? onGradients, PhaseTimes times)
    {
        checks.Require(_computed.Contains(shard), $"{worker} has the first half of shard {shard}");
        await times.MeasureAsync("backward", () => WorkAsync(CancellationToken.None));
        await _arithmetic.BackwardAsync(shard, _rows, leaf, onGradients, () => Task.Delay(nextDuration() / 4, clock));
    }

    public async Task AbandonAsync()
    {
        await Task.Yield();
        Abandon();
    }

    public async Task<(double Loss, string Hash)> ApplyAsync(VectorBuffer reduced, double learningRate, bool isHashed, PhaseTimes times)
    {
        await Task.Yield();
        var loss = _arithmetic.Apply(_rows, reduced.Values, learningRate);
        Abandon();
        checks.StateReached(worker, Step, _arithmetic.Hash);
        return (loss, isHashed ? _arithmetic.Hash : "");
    }

    public async Task<string> HashAsync()
    {
        await Task.Yield();
        return _arithmetic.Hash;
    }

    public async Task<byte[]> PackAsync()
    {
        await Task.Yield();
        return _arithmetic.Pack();
    }

    public async Task<string> UnpackAsync(byte[] bytes, long step)
    {
        await WorkAsync(CancellationToken.None);
        Load(bytes, step);
        return _arithmetic.Hash;
    }

    public async Task CheckpointAsync(string knnTop1Untrained)
    {
        var saved = (Step, _arithmetic.Pack());
        await WorkAsync(CancellationToken.None);
        disk.Checkpoint = saved;
    }

    public async Task<long?> NewestCheckpointAsync()
    {
        await Task.Yield();
        return disk.Checkpoint?.Step;
    }

    public async Task LoadCheckpointAsync()
    {
        await WorkAsync(CancellationToken.None);
        var (step, bytes) = disk.Checkpoint!.Value;
        Load(bytes, step);
    }

    public Task<string> ReadUntrainedAsync() => Task.FromResult("");

    public async Task<IReadOnlyList<string>> SamplesDigestsAsync(long firstStep, int count)
    {
        await Task.Yield();
        return [.. Enumerable.Range(0, count).Select(offset => StepEntry.DigestOf(
            Enumerable.Range(0, job.ShardCount).Select(shard => ShardArithmetic.SamplesDigest(job, firstStep + offset, shard))))];
    }

    public IReadOnlyList<string> ChangedFiles(DateTimeOffset since) => [];

    public async Task<EvaluationResult> EvaluateAsync(bool isFull)
    {
        await WorkAsync(CancellationToken.None);
        return new(null, 0, 0, 0, 0, 1, [], [], [], []);
    }

    public Task ExportAsync(EvaluationResult evaluation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Load(byte[] bytes, long step)
    {
        Abandon();
        _arithmetic.Unpack(bytes, step);
        checks.StateReached(worker, Step, _arithmetic.Hash);
    }

    private void Abandon()
    {
        _computed.Clear();
        _rows = [];
    }

    private async Task<bool> WorkAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(nextDuration(), clock, cancellationToken);
        return true;
    }
}
