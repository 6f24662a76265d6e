using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>One holder of the state, as a worker of a fleet is one, with what it computes of a step.</summary>
internal sealed class MethodReplica(TrainingMethod method) : IDisposable
{
    private readonly Dictionary<int, Tensor[]> _views = [];

    public TrainingMethod Method => method;

    public string Hash(long step) => StateHash.Compute(method.State, step);

    /// <summary>Steps of replicas that share the shards: shard s belongs to replica s mod count. Gives the losses.</summary>
    public static double[] Train(IReadOnlyList<MethodReplica> replicas, long firstStep, long steps, double learningRate = 0.05)
    {
        var losses = new List<double>();
        for (var step = firstStep; step < firstStep + steps; step++)
        {
            losses.Add(Step(replicas, step, learningRate));
        }

        return [.. losses];
    }

    /// <summary>The reduced vector of a step.</summary>
    /// <param name="replicas">Who share the shards.</param>
    /// <param name="step">The step.</param>
    /// <param name="onBackward">Called after each backward, while the vector is there.</param>
    public static float[] Reduce(IReadOnlyList<MethodReplica> replicas, long step, Action? onBackward = null)
    {
        var options = replicas[0].Method.Options;
        var published = new float[options.ShardCount][];
        for (var shard = 0; shard < options.ShardCount; shard++)
        {
            var owner = replicas[shard % replicas.Count];
            owner._views[shard] = [.. owner.Method.ViewsOf(step, shard).Select(request => Views.Make(step, request, options))];
            published[shard] = owner.Method.Publish(step, shard, owner._views[shard]);
        }

        foreach (var replica in replicas)
        {
            replica.Method.Receive(step, published);
        }

        var vectors = new float[options.ShardCount][];
        for (var shard = 0; shard < options.ShardCount; shard++)
        {
            var owner = replicas[shard % replicas.Count];
            owner.Method.Backward(step, shard, owner._views[shard]);
            onBackward?.Invoke();
            vectors[shard] = new float[owner.Method.VectorLength * TensorValues.FloatsOf(options.ElementType)];
            TensorValues.CopyTo(owner.Method.Vector, vectors[shard]);
            Array.ForEach(owner._views[shard], view => view.Dispose());
        }

        return Sum(vectors, 0, options.ShardCount, options.ElementType);
    }

    /// <summary>Adds vectors in the fixed tree.</summary>
    public static float[] Sum(float[][] vectors, int start, int count, ScalarType type)
    {
        if (count == 1)
        {
            return vectors[start];
        }

        var left = 1;
        while (left * 2 < count)
        {
            left *= 2;
        }

        using var scope = NewDisposeScope();
        var first = Tensor(Sum(vectors, start, left, type), type);
        var sum = first.add(Tensor(Sum(vectors, start + left, count - left, type), type));
        var result = new float[vectors[start].Length];
        TensorValues.CopyTo(sum, result);
        return result;
    }

    /// <summary>One step; gives the loss.</summary>
    public static double Step(IReadOnlyList<MethodReplica> replicas, long step, double learningRate, Action? onBackward = null)
    {
        var reduced = Reduce(replicas, step, onBackward);
        var loss = 0.0;
        foreach (var replica in replicas)
        {
            TensorValues.CopyFrom(replica.Method.Vector, reduced);
            loss = replica.Method.Apply(step, learningRate);
        }

        return loss;
    }

    public void Dispose() => method.Dispose();

    private static Tensor Tensor(float[] values, ScalarType type)
    {
        var result = empty(values.Length / TensorValues.FloatsOf(type), type);
        TensorValues.CopyFrom(result, values);
        return result;
    }
}
