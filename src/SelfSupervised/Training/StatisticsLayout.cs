using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>
/// Collects the batch statistics of every batch-norm layer for each pass of a step, and folds their mean over shards and passes
/// into the running statistics once a step.
/// </summary>
/// <remarks>
/// The fleet's running statistics become (1 - momentum) * running + momentum * (sum / (V * passes)), where sum is over shards in
/// the fixed tree, so that they depend on nothing but the step.
/// </remarks>
internal sealed class StatisticsLayout : IDisposable
{
    private readonly List<Pass> _passes = [];
    private readonly Dictionary<int, Tensor> _byShard = [];
    private readonly Dictionary<(int Shard, int Pass), BatchStatisticsSink[]> _sinks = [];
    private readonly Device _device;

    public StatisticsLayout(Device device) => _device = device;

    /// <summary>Length of the collected statistics of one shard, in float32 values.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a pass through modules; passes through the same modules share their running statistics.</summary>
    /// <returns>Number of the pass.</returns>
    public int AddPass(params nn.Module[] modules)
    {
        var layers = modules.SelectMany(module => module.modules().Prepend(module)).OfType<BatchNormalization>().Distinct().ToArray();
        var offsets = new long[layers.Length];
        for (var index = 0; index < layers.Length; index++)
        {
            offsets[index] = Length;
            Length += 2 * FlatTensors.Align(layers[index].StatisticsCount);
        }

        _passes.Add(new(layers, offsets));
        return _passes.Count - 1;
    }

    /// <summary>Lets the layers of a pass write to the statistics of a shard.</summary>
    public void Direct(int shard, int pass)
    {
        var layers = _passes[pass].Layers;
        if (!_sinks.TryGetValue((shard, pass), out var sinks))
        {
            var buffer = Of(shard);
            sinks = [.. layers.Select((layer, index) => SinkAt(buffer, _passes[pass].Offsets[index], layer.StatisticsCount))];
            _sinks.Add((shard, pass), sinks);
        }

        for (var index = 0; index < layers.Length; index++)
        {
            layers[index].Sink = sinks[index];
        }
    }

    /// <summary>The statistics that a shard's passes wrote, float32 [Length]; borrowed.</summary>
    public Tensor Of(int shard)
    {
        if (!_byShard.TryGetValue(shard, out var buffer))
        {
            buffer = zeros(Length, float32, _device).DetachFromDisposeScope();
            _byShard.Add(shard, buffer);
        }

        return buffer;
    }

    /// <summary>Folds sums over all shards into the running statistics.</summary>
    /// <param name="sums">Float32 [Length]; borrowed.</param>
    /// <param name="shardCount">Number V of shards.</param>
    public void Apply(Tensor sums, int shardCount)
    {
        using var noGrad = no_grad();
        foreach (var group in _passes.SelectMany(pass => pass.Layers.Zip(pass.Offsets)).GroupBy(entry => entry.First))
        {
            using var scope = NewDisposeScope();
            var layer = group.Key;
            var count = layer.StatisticsCount;
            var divisor = (double)shardCount * group.Count();
            var mean = zeros(count, float32, _device);
            var variance = zeros(count, float32, _device);
            foreach (var (_, offset) in group)
            {
                mean.add_(sums.narrow(0, offset, count), LastingScalar.One);
                variance.add_(sums.narrow(0, offset + FlatTensors.Align(count), count), LastingScalar.One);
            }

            layer.RunningMean.mul_(LastingScalar.Of(1 - layer.Momentum)).add_(mean.div_(LastingScalar.Of(divisor)), LastingScalar.Of(layer.Momentum));
            layer.RunningVariance.mul_(LastingScalar.Of(1 - layer.Momentum)).add_(variance.div_(LastingScalar.Of(divisor)), LastingScalar.Of(layer.Momentum));
            layer.BatchesTracked.add_(LastingScalar.Of(group.Count()), LastingScalar.One);
        }
    }

    public void Dispose()
    {
        foreach (var sink in _sinks.Values.SelectMany(sinks => sinks))
        {
            sink.Mean.Dispose();
            sink.UnbiasedVariance.Dispose();
        }

        foreach (var buffer in _byShard.Values)
        {
            buffer.Dispose();
        }
    }

    private static BatchStatisticsSink SinkAt(Tensor buffer, long offset, long count) => new(
        buffer.narrow(0, offset, count).DetachFromDisposeScope(),
        buffer.narrow(0, offset + FlatTensors.Align(count), count).DetachFromDisposeScope());

    private sealed record Pass(BatchNormalization[] Layers, long[] Offsets);
}
