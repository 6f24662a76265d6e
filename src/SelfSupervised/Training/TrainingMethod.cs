using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Modules.Kernels;
using LightlyCluster.SelfSupervised.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>
/// A training step as a pure function of (state, seed, step) over V virtual shards, in the pieces that a fleet exchanges.
/// </summary>
/// <remarks>
/// A step runs as: for each shard <see cref="Publish"/>; with everybody's published rows <see cref="Receive"/>; for each shard
/// <see cref="Backward"/>, whose result is in <see cref="Vector"/>; the sum of these in the fixed tree is put back into
/// <see cref="Vector"/>; <see cref="Apply"/>. Only Apply changes the state. Which process computes which shard never matters.
/// The vector is [gradients | batch statistics of every batch-norm layer and pass | moments | loss], each part at a multiple of 64 bytes.
/// All members must be called from one thread.
/// </remarks>
public abstract class TrainingMethod : IDisposable
{
    private readonly List<(string Name, nn.Module Module)> _modules = [];
    private readonly List<(string Name, Tensor Tensor)> _buffers = [];
    private readonly List<FlatTensors> _untrained = [];
    private readonly List<RowQueue> _queues = [];
    private readonly GradientProgress _progress = new();
    private readonly Dictionary<string, long> _markOffsets = new(StringComparer.Ordinal);
    private FlatTensors? _trained;
    private FlatOptimizer? _optimizer;
    private Tensor? _vector;
    private Tensor? _gradients;

    /// <summary>Makes the parts that all methods have.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    protected TrainingMethod(TrainingOptions options)
    {
        options.Validate();
        Options = options;
        Statistics = new(options.Device);
    }

    /// <summary>What the step is a function of.</summary>
    public TrainingOptions Options { get; }

    /// <summary>The backbone that is trained; owned.</summary>
    public abstract Backbone Backbone { get; }

    /// <summary>Float32 values that a shard publishes before gradients; 0 when the method needs none.</summary>
    public abstract int PublishedLength { get; }

    /// <summary>The vector that shards contribute to and that Apply takes, float32 [VectorLength]; borrowed.</summary>
    public Tensor Vector => _vector ?? throw new InvalidOperationException("The method has not been sealed.");

    /// <summary>Length of <see cref="Vector"/>; a multiple of 16.</summary>
    public int VectorLength => (int)Vector.shape[0];

    /// <summary>Number of trained values, padding included.</summary>
    public long GradientLength => Trained.Length;

    private long MomentOffset => GradientLength + FlatTensors.Align(Statistics.Length);

    private long LossOffset => MomentOffset + FlatTensors.Align(MomentLength);

    /// <summary>The state in ordinal order of checkpoint names; tensors are borrowed.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State => [.. _buffers.OrderBy(entry => entry.Name, StringComparer.Ordinal)];

    /// <summary>Values of which only sums over shards are wanted (a centre); they travel in the tree.</summary>
    protected virtual int MomentLength => 0;

    private protected StatisticsLayout Statistics { get; }

    /// <summary>The modules that are trained or follow trained ones, with the first part of their names.</summary>
    internal IReadOnlyList<(string Name, nn.Module Module)> Modules => _modules;

    /// <summary>Where each trained parameter is in the first part of the vector.</summary>
    internal IReadOnlyList<FlatSlice> TrainedSlices => Trained.Slices;

    /// <summary>The rings of earlier rows in the state.</summary>
    internal IReadOnlyList<RowQueue> Queues => _queues;

    private protected FlatTensors Trained => _trained ?? throw new InvalidOperationException("The method has not been sealed.");

    /// <summary>
    /// Called within <see cref="Backward"/> when further gradients in <see cref="Vector"/> are final: those from an offset on, up to
    /// <see cref="GradientLength"/>. Offsets fall; a backward may end without telling the last. Null: nobody wants to know.
    /// </summary>
    /// <remarks>On a GPU libtorch calls from a thread of its own, while the caller waits in the backward.</remarks>
    public Action<long>? GradientsFinal
    {
        get => _progress.Report;
        set => _progress.Report = value;
    }

    /// <summary>Which views of which positions a shard needs in a step, in the order in which its passes take them.</summary>
    public abstract IReadOnlyList<ViewRequest> ViewsOf(long step, int shard);

    /// <summary>First half of a shard: what it publishes before gradients.</summary>
    /// <param name="step">The step.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="views">Float32 [m, 3, S, S] for each view request; borrowed.</param>
    /// <returns>Float32 values, <see cref="PublishedLength"/> of them.</returns>
    public abstract float[] Publish(long step, int shard, IReadOnlyList<Tensor> views);

    /// <summary>Takes what all shards published.</summary>
    /// <param name="step">The step.</param>
    /// <param name="published">For each shard in order, <see cref="PublishedLength"/> values.</param>
    public abstract void Receive(long step, IReadOnlyList<float[]> published);

    /// <summary>Second half of a shard: leaves its gradient, statistics and share of the loss in <see cref="Vector"/>.</summary>
    public abstract void Backward(long step, int shard, IReadOnlyList<Tensor> views);

    /// <summary>Turns state <paramref name="step"/> into the next one, from the reduced <see cref="Vector"/> and what was received.</summary>
    /// <returns>The loss of the whole batch; when it is not finite, nothing was changed.</returns>
    public double Apply(long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var loss = Vector.narrow(0, LossOffset, 1).cpu().to(float64).item<double>();
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        _optimizer!.Step(Vector.narrow(0, 0, GradientLength), learningRate, step);
        Statistics.Apply(Vector.narrow(0, GradientLength, Statistics.Length), Options.ShardCount);
        ApplyRest(step, Vector.narrow(0, MomentOffset, MomentLength));
        return loss;
    }

    /// <summary>Features and embeddings of images as they are used after training: running statistics, no gradient.</summary>
    /// <param name="images">Float32 [N, 3, S, S]; borrowed.</param>
    /// <returns>Features [N, F] and embeddings [N, D]; owned by the caller.</returns>
    public (Tensor Features, Tensor Embeddings) Evaluate(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _modules.ForEach(entry => entry.Module.eval());
        try
        {
            var features = Backbone.forward(MemoryLayout.ChannelsLast(images));
            var embeddings = Project(features);
            return (features.MoveToOuterDisposeScope(), embeddings.MoveToOuterDisposeScope());
        }
        finally
        {
            _modules.ForEach(entry => entry.Module.train());
        }
    }

    /// <summary>Runs a forward of the step in the precision of the options.</summary>
    /// <param name="forward">The networks of the method; takes the images in the layout that suits convolutions.</param>
    /// <param name="images">A view, [m, 3, S, S]; borrowed.</param>
    /// <returns>What the forward gives, in <see cref="TrainingOptions.ElementType"/>.</returns>
    protected Tensor[] Compute(Func<Tensor, Tensor[]> forward, Tensor images)
    {
        _progress.BeginForward();
        Tensor[] outputs;
        using (new PrecisionRegion(Options.Precision, Options.Device))
        {
            outputs = forward(MemoryLayout.ChannelsLast(images));
        }

        return Array.ConvertAll(outputs, output => output.to(Options.ElementType));
    }

    /// <summary>Forgets what the running step has kept, so that it can be computed again.</summary>
    public virtual void Abandon()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes what the method owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
        {
            return;
        }

        Abandon();
        Statistics.Dispose();
        _gradients?.Dispose();
        _optimizer?.Dispose();
        _trained?.Dispose();
        _untrained.ForEach(flat => flat.Dispose());
        _modules.ForEach(entry => entry.Module.Dispose());
        _vector?.Dispose();
    }

    /// <summary>The trained projection of features [N, F] to embeddings [N, D]; owned by the caller.</summary>
    protected abstract Tensor Project(Tensor features);

    /// <summary>What Apply changes after the optimizer and the batch statistics (momentum encoder, bank, centre).</summary>
    /// <param name="step">The step.</param>
    /// <param name="moments">Sums over all shards of what they gave as moments, [MomentLength]; borrowed.</param>
    protected virtual void ApplyRest(long step, Tensor moments)
    {
    }

    /// <summary>Makes true again what holds of every state (prototypes of length 1) after the parameters were replaced by means of others.</summary>
    protected internal virtual void Constrain()
    {
    }

    /// <summary>How many steps at the beginning a trained parameter stays as it is, by its full name.</summary>
    protected virtual long FrozenStepsOf(string name) => 0;

    /// <summary>Fixes the layout: called once by the constructor of a method when its modules and passes exist.</summary>
    /// <param name="trained">Trained modules with the first part of their names, in forward order.</param>
    protected void Seal(params (string Name, nn.Module Module)[] trained)
    {
        Prepare(trained);
        var gradientLength = FlatTensors.LengthOf(trained);
        var length = gradientLength + FlatTensors.Align(Statistics.Length) + FlatTensors.Align(MomentLength) + FlatTensors.Alignment;
        _vector = zeros(length, Options.ElementType, Options.Device).DetachFromDisposeScope();
        _gradients = _vector.narrow(0, 0, gradientLength).DetachFromDisposeScope();
        _trained = FlatTensors.Adopt(trained, Options.Device, _gradients, Options.ElementType, FrozenStepsOf);
        _optimizer = FlatOptimizer.Create(_trained, Options.Optimizer);
        Own(trained);
        if (trained.FirstOrDefault(entry => entry.Module == Backbone).Name is { } backboneName)
        {
            Backbone.Watch((value, name) => _progress.Mark(value, FirstOffset(backboneName, name)));
        }

        foreach (var (name, buffer) in _optimizer.Buffers)
        {
            _buffers.AddRange(_trained.Slices.Where(slice => slice.IsTrained).Select(slice =>
                ($"optimizer.{name}.{slice.Name}", FlatTensors.View(buffer, slice).DetachFromDisposeScope())));
        }
    }

    /// <summary>Puts modules that are not trained by gradients (a momentum encoder) into the state.</summary>
    /// <returns>Their parameters in one buffer.</returns>
    protected FlatTensors AddUntrained(params (string Name, nn.Module Module)[] modules)
    {
        Prepare(modules);
        var flat = FlatTensors.Adopt(modules, Options.Device, gradient: null, Options.ElementType);
        _untrained.Add(flat);
        Own(modules);
        return flat;
    }

    /// <summary>Puts a further tensor into the state.</summary>
    /// <remarks>Under local SGD it becomes the replicas' mean after a round; whole numbers advance by what the replicas counted on average.</remarks>
    protected void AddBuffer(string name, Tensor tensor) => _buffers.Add((name, tensor));

    /// <summary>Puts a ring of rows into the state.</summary>
    private protected void AddQueue(RowQueue queue)
    {
        _queues.Add(queue);
        queue.AddTo(AddBuffer);
    }

    /// <summary>Empties the vector before the backward of a shard.</summary>
    protected void BeginBackward()
    {
        _progress.Begin();
        Vector.fill_(LastingScalar.Of(0L));
    }

    /// <summary>
    /// Says that the next backward of a shard is its last one, of outputs of one <see cref="Compute"/>: only then can gradients be final
    /// before its end. Calling it is a choice.
    /// </summary>
    protected void BeginLastBackward() => _progress.BeginLastBackward();

    /// <summary>Completes the vector after the backward of a shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="lossShare">The shard's share of the loss.</param>
    /// <param name="moments">The shard's moments, [MomentLength]; null where the method has none; borrowed.</param>
    protected void EndBackward(int shard, double lossShare, Tensor? moments = null)
    {
        RectifiedNormalization.RequireSuccess();
        _progress.End();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Vector.narrow(0, GradientLength, Statistics.Length).copy_(Statistics.Of(shard));
        Vector.narrow(0, LossOffset, 1).fill_(LastingScalar.Of((double)lossShare));
        if (moments is not null)
        {
            Vector.narrow(0, MomentOffset, MomentLength).copy_(moments);
        }
    }

    /// <summary>Where the parameters begin of which a mark of the backbone says that they are used behind it.</summary>
    private long FirstOffset(string backbone, string name)
    {
        if (!_markOffsets.TryGetValue(name, out var offset))
        {
            var first = name.Length > 0 ? $"{backbone}.{name}." : $"{backbone}.";
            var slices = TrainedSlices.Where(slice => slice.Name.StartsWith(first, StringComparison.Ordinal)).ToArray();
            offset = name.Length > 0 ? slices[0].Offset : FlatTensors.Align(slices[^1].Offset + slices[^1].Count);
            _markOffsets.Add(name, offset);
        }

        return offset;
    }

    private void Prepare(IEnumerable<(string Name, nn.Module Module)> modules)
    {
        foreach (var (_, module) in modules)
        {
            module.to(Options.Device);
            if (Options.ElementType != ScalarType.Float32)
            {
                module.to(Options.ElementType);
            }
        }
    }

    private void Own(IEnumerable<(string Name, nn.Module Module)> modules)
    {
        foreach (var (prefix, module) in modules)
        {
            _modules.Add((prefix, module));
            _buffers.AddRange(module.named_parameters().Select(entry => ($"{prefix}.{entry.name}", (Tensor)entry.parameter)));
            _buffers.AddRange(module.named_buffers().Select(entry => ($"{prefix}.{entry.name}", entry.buffer)));
            module.train();
        }
    }
}
