using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.Benchmarks;

/// <summary>SimCLR steps on random images in this process, as a worker computes them: shards, tree of gradients and optimizer, no fleet.</summary>
internal static class LocalStep
{
    /// <summary>Images a second, the median of the steps.</summary>
    public static double Run(double width, int batchSize, int threads, int steps, TrainingPrecision precision)
    {
        TorchRuntime.EnsureLoaded();
        set_num_threads(threads);
        var shards = Math.Clamp(batchSize / 16, 1, 8);
        var options = new TrainingOptions(batchSize, shards, Seed: 1, CPU) { Precision = precision, StepsTotal = steps };
        using var method = TrainingMethods.Create("simclr", new(options, () => ResNetGenerator.Create("resnet-18", width)));
        using var images = randn([shards, 2, options.ShardImages, 3, 32, 32], float32, CPU).DetachFromDisposeScope();
        var views = Enumerable.Range(0, shards)
            .Select(shard => new[] { images[shard][0].DetachFromDisposeScope(), images[shard][1].DetachFromDisposeScope() }).ToArray();
        using var sum = zeros_like(method.Vector).DetachFromDisposeScope();
        var seconds = new List<double>();
        for (var step = 0; step < steps; step++)
        {
            var start = TimeProvider.System.GetTimestamp();
            Step(method, step, views, sum);
            seconds.Add(TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        }

        Array.ForEach(views, pair => Array.ForEach(pair, view => view.Dispose()));
        return batchSize / Figures.Median(seconds.Skip(2));
    }

    private static void Step(TrainingMethod method, int step, Tensor[][] views, Tensor sum)
    {
        using var scope = NewDisposeScope();
        method.Receive(step, [.. views.Select((pair, shard) => method.Publish(step, shard, pair))]);
        sum.zero_();
        for (var shard = 0; shard < views.Length; shard++)
        {
            method.Backward(step, shard, views[shard]);
            sum.add_(method.Vector);
        }

        method.Vector.copy_(sum);
        _ = method.Apply(step, learningRate: 0.06);
    }
}
