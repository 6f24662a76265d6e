using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Optimization;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>
/// Local SGD as a pure function: V virtual replicas start from one state, each takes H steps of ordinary training on images of its own,
/// and one outer step follows what they moved on average. For networks too slow to exchange a gradient every step.
/// </summary>
/// <remarks>
/// Douillard et al., "DiLoCo: Distributed Low-Communication Training of Language Models", 2023, algorithm 1,
/// https://arxiv.org/abs/2311.08105. The paper's workers keep their inner optimizer's state; here it is averaged too, with everything else
/// that steps change (running statistics, momentum encoders, centres), so that a round is a function of (state, seed, round) alone and
/// any process may compute any replica. Rings (a memory bank, a queue) are put together from the replicas' newest rows.
/// <para>
/// A round runs as: for each shard <see cref="Begin"/>, H times <see cref="Step"/>, <see cref="End"/>, whose rows are published;
/// <see cref="Receive"/> with all of them; the sum of what <see cref="Take"/> gives, in the fixed tree, goes to <see cref="Apply"/>. Local
/// step h of round r is batch r H + h of B = V m images; replica v trains on its positions [v m, (v + 1) m). A replica's loss is that of its
/// m images alone, also where a method looks at whole batches. Costs a second copy of the state. One thread only.
/// </para>
/// </remarks>
public sealed class LocalRounds : IDisposable
{
    private readonly TrainingMethod _method;
    private readonly LocalRoundOptions _options;
    private readonly RoundState _state;
    private readonly OuterOptimizer _outer;
    private readonly RoundRows[] _rows;
    private readonly List<(string Name, Tensor Tensor)> _all;
    private readonly Dictionary<int, Tensor> _vectors = [];
    private IReadOnlyList<float[]> _received = [];
    private double _loss;

    /// <summary>Starts from the state that a method holds.</summary>
    /// <param name="method">What a replica trains: batches of m images in one shard; borrowed. Its state belongs to the rounds from now on.</param>
    /// <param name="options">How replicas meet.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the method has several shards or no float32 state.</exception>
    public LocalRounds(TrainingMethod method, LocalRoundOptions options)
    {
        options.Validate();
        if (method.Options.ShardCount != 1 || method.Options.ElementType != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"A replica trains float32 in one shard, not {method.Options.ElementType} in {method.Options.ShardCount}.", nameof(method));
        }

        _method = method;
        _options = options;
        _state = new(method);
        _outer = new(_state.MovedLength, options.OuterLearningRate, options.OuterMomentum, method.Options.Device);
        _rows = [.. method.Queues.Select(queue => new RoundRows(queue, options))];
        _all =
        [
            .. _state.Parts.Select(part => (part.Name, part.Common))
                .Concat(_state.Parts.Where(part => part.Kind == PartKind.Moved)
                    .Select(part => ($"outer.momentum_buffer.{part.Name}", part.In(_outer.Velocity).DetachFromDisposeScope())))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal),
        ];
    }

    /// <summary>The state between rounds, in ordinal order of checkpoint names; tensors are borrowed. A replica in training never shows in it.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => _all;

    /// <summary>Float32 values that a replica contributes; a multiple of 16.</summary>
    public int VectorLength => (int)_state.VectorLength;

    /// <summary>Values at the beginning of the vector that are movements of trained parameters; what follows are values and counts.</summary>
    public int MovedLength => (int)_state.MovedLength;

    /// <summary>Float32 values that a replica publishes before the outer step; 0 where the method has no ring.</summary>
    public int PublishedLength => _rows.Sum(rows => rows.Length);

    /// <summary>Steps H of a round.</summary>
    public int LocalSteps => _options.LocalSteps;

    /// <summary>Number of the batch that a local step trains on, counted from the beginning of the job.</summary>
    public long BatchOf(long round, int localStep) => (round * LocalSteps) + localStep;

    /// <summary>Which views of which positions of the round's V m H images a replica needs in a local step.</summary>
    public IReadOnlyList<ViewRequest> ViewsOf(long round, int shard, int localStep)
    {
        var images = _method.Options.BatchSize;
        var first = ((localStep * _options.ReplicaCount) + shard) * images;
        return
        [
            .. _method.ViewsOf(BatchOf(round, localStep), 0)
                .Select(request => request with { Positions = [.. request.Positions.Select(position => first + position)] }),
        ];
    }

    /// <summary>A replica starts from the common state.</summary>
    public void Begin()
    {
        Restore();
        Array.ForEach(_rows, rows => rows.Begin());
        _loss = 0;
    }

    /// <summary>A local step of the replica that began last.</summary>
    /// <param name="round">The round.</param>
    /// <param name="localStep">0 to H - 1, in order.</param>
    /// <param name="views">Float32 [m, 3, S, S] for each of <see cref="ViewsOf"/>; borrowed.</param>
    /// <param name="learningRate">The inner learning rate.</param>
    public void Step(long round, int localStep, IReadOnlyList<Tensor> views, double learningRate)
    {
        var batch = BatchOf(round, localStep);
        _method.Receive(batch, [_method.Publish(batch, 0, views)]);
        _method.Backward(batch, 0, views);
        _loss += _method.Apply(batch, learningRate) / LocalSteps;
    }

    /// <summary>The replica that began last has taken its steps: its contribution is kept until <see cref="Take"/>.</summary>
    /// <returns>What it publishes, <see cref="PublishedLength"/> values.</returns>
    public float[] End(int shard)
    {
        using var noGrad = no_grad();
        var vector = zeros(VectorLength, ScalarType.Float32, _method.Options.Device).DetachFromDisposeScope();
        _state.Write(vector);
        using (var place = vector.narrow(0, _state.LossOffset, 1))
        {
            place.fill_(LastingScalar.Of(_loss));
        }

        if (_vectors.Remove(shard, out var old))
        {
            old.Dispose();
        }

        _vectors.Add(shard, vector);
        var published = new float[PublishedLength];
        var offset = 0;
        foreach (var rows in _rows)
        {
            rows.Write(published.AsSpan(offset, rows.Length));
            offset += rows.Length;
        }

        return published;
    }

    /// <summary>Takes what all replicas of a round published.</summary>
    /// <param name="published">For each shard in order, <see cref="PublishedLength"/> values; kept until the round is applied.</param>
    public void Receive(IReadOnlyList<float[]> published) => _received = published;

    /// <summary>Hands a replica's contribution over.</summary>
    /// <param name="shard">A shard that has ended.</param>
    /// <param name="destination">Takes <see cref="VectorLength"/> values.</param>
    public void Take(int shard, Span<float> destination)
    {
        using var vector = _vectors[shard];
        _vectors.Remove(shard);
        TensorValues.CopyTo(vector, destination);
    }

    /// <summary>Turns the state of a round into the next one, from the sum of all contributions and what was received.</summary>
    /// <param name="sum">Sum in the fixed tree, <see cref="VectorLength"/> values.</param>
    /// <returns>The mean loss of all local steps; when it is not finite, nothing was changed.</returns>
    public double Apply(ReadOnlySpan<float> sum)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var loss = (double)sum[(int)_state.LossOffset] / _options.ReplicaCount;
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        var mean = empty(VectorLength, ScalarType.Float32, _method.Options.Device);
        TensorValues.CopyFrom(mean, sum);
        mean.div_(LastingScalar.Of((double)_options.ReplicaCount));
        _outer.Step(_state.Moved, mean.narrow(0, 0, _state.MovedLength));
        _state.TakeMeans(mean);
        _state.Restore();
        var offset = 0;
        foreach (var rows in _rows)
        {
            rows.Append(_received, offset);
            offset += rows.Length;
        }

        _method.Constrain();
        _state.Keep();
        return loss;
    }

    /// <summary>Gives the method the common state, to be looked at.</summary>
    public void Restore() => _state.Restore();

    /// <summary>Forgets the running round, so that it can be computed again.</summary>
    public void Abandon()
    {
        _method.Abandon();
        foreach (var vector in _vectors.Values)
        {
            vector.Dispose();
        }

        _vectors.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Abandon();
        foreach (var (_, tensor) in _all)
        {
            tensor.Dispose();
        }

        _state.Dispose();
        _outer.Dispose();
    }
}
