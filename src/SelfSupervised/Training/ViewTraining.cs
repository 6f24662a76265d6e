using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>
/// A method whose loss is a function of what its networks give for the views of a batch. A method says how a view is encoded and
/// what the loss is; shards, recomputation, exchange and momentum networks are done here.
/// </summary>
/// <remarks>
/// Outputs that travel are published by every shard; everybody builds the same matrix of the global batch from them as a leaf, computes
/// <see cref="BatchLoss"/> and its gradient there, and a shard propagates the gradient of its own rows. <see cref="RowLosses"/> are
/// losses of single rows: a shard adds up its own and divides by the global batch. Both may be used at once.
/// </remarks>
public abstract class ViewTraining : TrainingMethod
{
    private readonly Dictionary<(int Shard, int View), Tensor[]> _kept = [];
    private readonly Dictionary<(int Shard, int View), Tensor[]> _keptTargets = [];
    private readonly Dictionary<int, int> _passes = [];
    private readonly Dictionary<int, int> _targetPasses = [];
    private readonly IReadOnlyList<BatchRegularizer> _regularizers;
    private readonly TravellingRows _travelling;
    private MomentumNetwork? _momentum;
    private List<int>? _allViews;
    private double _batchLoss;
    private bool _isBroken;

    /// <summary>Makes the backbone with its first weights.</summary>
    protected ViewTraining(MethodRequest request)
        : base(request.Options)
    {
        Request = request;
        Backbone = MakeBackbone(request);
        _travelling = new(request.Options);
        _regularizers = [.. request.Regularizers.Select(BatchRegularizer.Create)];
    }

    /// <inheritdoc/>
    public sealed override Backbone Backbone { get; }

    /// <inheritdoc/>
    public sealed override int PublishedLength => _travelling.ShardLength;

    /// <summary>The backbone of the momentum network; null where there is none.</summary>
    protected Backbone? MomentumBackbone { get; private set; }

    /// <summary>What the method is made from.</summary>
    protected MethodRequest Request { get; }

    /// <summary>The views that the trained networks encode, in the order of their passes.</summary>
    protected virtual IReadOnlyList<int> EncodedViews => [0, 1];

    /// <summary>The views that the momentum networks encode.</summary>
    protected virtual IReadOnlyList<int> TargetViews => [];

    /// <summary>Columns of each output of <see cref="Encode"/>.</summary>
    protected abstract IReadOnlyList<int> OutputLengths { get; }

    /// <summary>Columns of each output of <see cref="EncodeTarget"/>.</summary>
    protected virtual IReadOnlyList<int> TargetLengths => OutputLengths;

    /// <summary>Whether <see cref="RowLosses"/> is used.</summary>
    protected virtual bool HasRowLosses => false;

    /// <summary>Whether the loss of the whole batch is used.</summary>
    protected virtual bool HasBatchLoss => false;

    private List<int> AllViews => _allViews ??= [.. EncodedViews.Union(TargetViews).Order()];

    /// <inheritdoc/>
    public override IReadOnlyList<ViewRequest> ViewsOf(long step, int shard)
    {
        var positions = Enumerable.Range(shard * Options.ShardImages, Options.ShardImages).ToArray();
        return [.. AllViews.Select(view => new ViewRequest(view, positions))];
    }

    /// <inheritdoc/>
    public sealed override float[] Publish(long step, int shard, IReadOnlyList<Tensor> views)
    {
        ViewChecks.RequireImages(views, AllViews.Count, Options.ShardImages, step, shard);
        var published = new float[PublishedLength];
        foreach (var view in EncodedViews.Where(view => _travelling.Has(isTarget: false, view)))
        {
            using var scope = NewDisposeScope();
            var outputs = Forward(shard, view, ImagesOf(views, view), isTraining: !Options.IsRecomputing);
            _travelling.Write(published, isTarget: false, view, outputs);
            if (!Options.IsRecomputing)
            {
                _kept[(shard, view)] = Detach(outputs);
            }
        }

        foreach (var view in TargetViews.Where(view => _travelling.Has(isTarget: true, view)))
        {
            using var scope = NewDisposeScope();
            var targets = ForwardTarget(shard, view, ImagesOf(views, view));
            _travelling.Write(published, isTarget: true, view, targets);
            _keptTargets[(shard, view)] = Detach(targets);
        }

        return published;
    }

    /// <inheritdoc/>
    public sealed override void Receive(long step, IReadOnlyList<float[]> published)
    {
        _travelling.Forget();
        (_batchLoss, _isBroken) = (0, false);
        if (PublishedLength == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var hasLoss = HasBatchLoss || _regularizers.Count > 0;
        var batch = _travelling.Read(published, hasLoss);
        _isBroken = !batch.IsFinite();
        if (_isBroken)
        {
            return;
        }

        using (no_grad())
        {
            Prepare(step, batch);
        }

        if (hasLoss)
        {
            var regularization = _regularizers.Select(regularizer => regularizer.Loss(RegularizedEmbeddings(batch)));
            Tensor[] terms = HasBatchLoss ? [BatchLoss(step, batch), .. regularization] : [.. regularization];
            var loss = terms.Aggregate((sum, term) => sum.Plus(term));
            loss.backward();
            _batchLoss = loss.cpu().to(float64).item<double>();
            _travelling.KeepGradients(batch);
        }
    }

    /// <inheritdoc/>
    public sealed override void Backward(long step, int shard, IReadOnlyList<Tensor> views)
    {
        ViewChecks.RequireImages(views, AllViews.Count, Options.ShardImages, step, shard);
        BeginBackward();
        if (_isBroken)
        {
            // Some decompositions do not survive numbers that are not finite; a loss that is not a number stops the job.
            EndBackward(shard, double.NaN);
            return;
        }

        using var scope = NewDisposeScope();
        var rows = new ViewOutputs(shard * Options.ShardImages, Options.ShardImages);
        foreach (var view in TargetViews)
        {
            var targets = _keptTargets.Remove((shard, view), out var kept)
                ? Attach(scope, kept)
                : ForwardTarget(shard, view, ImagesOf(views, view));
            rows.SetAll(isTarget: true, view, targets);
        }

        var graphs = Graphs(shard, views, rows, scope);
        var loss = shard == 0 ? _batchLoss : 0;
        loss += HasRowLosses ? DifferentiateRows(step, rows) : 0;
        foreach (var view in EncodedViews)
        {
            using var part = NewDisposeScope();
            var outputs = graphs.GetValueOrDefault(view) ?? Forward(shard, view, ImagesOf(views, view), isTraining: true);
            if (view == EncodedViews[^1])
            {
                BeginLastBackward();
            }

            Propagate(shard, view, outputs, rows);
        }

        using var noGrad = no_grad();
        EndBackward(shard, loss, MomentLength > 0 ? Moments(rows) : null);
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        foreach (var tensor in _kept.Values.Concat(_keptTargets.Values).SelectMany(tensors => tensors))
        {
            tensor.Dispose();
        }

        _kept.Clear();
        _keptTargets.Clear();
    }

    /// <summary>Encodes a view with the trained networks.</summary>
    /// <param name="view">Number of the view.</param>
    /// <param name="images">[m, 3, S, S]; borrowed.</param>
    /// <returns>For each of <see cref="OutputLengths"/> a tensor [m, D]; the first is what regularizers look at.</returns>
    protected abstract Tensor[] Encode(int view, Tensor images);

    /// <summary>Encodes a view with the momentum networks; no gradient is kept.</summary>
    /// <returns>For each of <see cref="TargetLengths"/> a tensor [m, D].</returns>
    protected virtual Tensor[] EncodeTarget(int view, Tensor images) =>
        throw new NotSupportedException("A method with target views encodes them.");

    /// <summary>Whether an output is needed of the whole batch.</summary>
    protected virtual bool Travels(int view, int slot) => HasBatchLoss;

    /// <summary>Whether the targets of a view are needed of the whole batch.</summary>
    protected virtual bool TargetTravels(int view) => HasBatchLoss;

    /// <summary>Computes from what travelled what the losses need (codes, neighbours, a covariance); no gradient is kept.</summary>
    protected virtual void Prepare(long step, ViewOutputs batch)
    {
    }

    /// <summary>The loss of the whole batch, [].</summary>
    protected virtual Tensor BatchLoss(long step, ViewOutputs batch) => throw new NotSupportedException();

    /// <summary>The loss of each row, [rows]; its mean over the global batch is the loss.</summary>
    protected virtual Tensor RowLosses(long step, ViewOutputs rows) => throw new NotSupportedException();

    /// <summary>What of a shard is added up in the tree, [MomentLength].</summary>
    protected virtual Tensor Moments(ViewOutputs rows) => throw new NotSupportedException();

    /// <summary>The views whose first output regularizers look at.</summary>
    protected virtual IReadOnlyList<int> RegularizedViews => [.. EncodedViews.Take(2)];

    /// <summary>The embeddings of views that regularizers look at.</summary>
    protected virtual IReadOnlyList<Tensor> RegularizedEmbeddings(ViewOutputs batch) => [.. RegularizedViews.Select(view => batch.Trained(view))];

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments) => _momentum?.Follow(Trained, step, Options.StepsTotal);

    /// <summary>Fixes the layout: called once by the constructor of a method when its heads exist.</summary>
    /// <param name="heads">Trained modules after the backbone, with the first part of their names, in forward order.</param>
    /// <param name="momentumHeads">Further instances of the first heads that follow them slowly; null: no momentum network.</param>
    protected void Complete(
        IReadOnlyList<(string Name, nn.Module Module)> heads, IReadOnlyList<(string Name, nn.Module Module)>? momentumHeads = null)
    {
        ViewChecks.RequireCount(Request.ViewCount, AllViews[^1] + 1, GetType().Name);
        foreach (var (name, head) in heads)
        {
            ParameterInitializer.Initialize(head, Options.Seed, name);
        }

        nn.Module[] trained = [Backbone, .. heads.Select(head => head.Module)];
        foreach (var view in EncodedViews)
        {
            _passes[view] = Statistics.AddPass(trained);
        }

        if (momentumHeads is not null)
        {
            MomentumBackbone = Request.MakeBackbone();
            foreach (var view in TargetViews)
            {
                _targetPasses[view] = Statistics.AddPass([MomentumBackbone, .. momentumHeads.Select(head => head.Module)]);
            }
        }

        Seal([("backbone", Backbone), .. heads]);
        if (momentumHeads is not null)
        {
            var slow = AddUntrained(
                [("momentum_backbone", MomentumBackbone!), .. momentumHeads.Select(head => ($"momentum_{head.Name}", head.Module))]);
            _momentum = new(slow, Request.Parameters.Number("momentum", 0.996), Request.Parameters.Switch("momentumCosine", standard: true));
            _momentum.Start(Trained);
        }

        foreach (var view in EncodedViews)
        {
            _travelling.Add(isTarget: false, view, OutputLengths, slot => Travels(view, slot) || IsRegularized(view, slot));
        }

        foreach (var view in TargetViews)
        {
            _travelling.Add(isTarget: true, view, TargetLengths, _ => TargetTravels(view) || IsRegularizedTarget(view));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _travelling.Forget();
    }

    /// <summary>Keeps a tensor beyond the step in place of the one before.</summary>
    protected static void Hold(ref Tensor? place, Tensor tensor)
    {
        place?.Dispose();
        place = tensor.DetachFromDisposeScope();
    }

    /// <summary>The backbone with its first weights.</summary>
    internal static Backbone MakeBackbone(MethodRequest request)
    {
        var backbone = request.MakeBackbone();
        ParameterInitializer.Initialize(backbone, request.Options.Seed, "backbone");
        request.StartWeights?.Invoke(backbone);
        return backbone;
    }

    private static Tensor[] Detach(Tensor[] tensors) => Array.ConvertAll(tensors, tensor => tensor.DetachFromDisposeScope());

    private static Tensor[] Attach(DisposeScope scope, Tensor[] tensors)
    {
        scope.Attach(tensors);
        return tensors;
    }

    /// <summary>Outputs with their graphs where they are kept; leaves of them for the losses of rows.</summary>
    private Dictionary<int, Tensor[]> Graphs(int shard, IReadOnlyList<Tensor> views, ViewOutputs rows, DisposeScope scope)
    {
        var graphs = new Dictionary<int, Tensor[]>();
        foreach (var view in EncodedViews)
        {
            if (_kept.Remove((shard, view), out var kept))
            {
                graphs[view] = Attach(scope, kept);
            }
            else if (HasRowLosses && !Options.IsRecomputing)
            {
                graphs[view] = Forward(shard, view, ImagesOf(views, view), isTraining: true);
            }

            if (HasRowLosses)
            {
                var outputs = graphs.GetValueOrDefault(view) ?? Forward(shard, view, ImagesOf(views, view), isTraining: false);
                rows.SetAll(isTarget: false, view, Array.ConvertAll(outputs, output => output.detach().requires_grad_()));
            }
        }

        return graphs;
    }

    private double DifferentiateRows(long step, ViewOutputs rows)
    {
        var loss = RowLosses(step, rows).sum().Over(Options.BatchSize);
        loss.backward();
        return loss.cpu().to(float64).item<double>();
    }

    private void Propagate(int shard, int view, Tensor[] outputs, ViewOutputs rows)
    {
        var pulls = new List<(Tensor Output, Tensor Gradient)>();
        for (var slot = 0; slot < outputs.Length; slot++)
        {
            var fromRows = rows.Find(view, slot)?.grad;
            var fromBatch = _travelling.GradientRows(view, slot, shard);
            if (fromRows is not null || fromBatch is not null)
            {
                pulls.Add((outputs[slot], fromRows is null ? fromBatch! : fromBatch is null ? fromRows : fromRows.Plus(fromBatch)));
            }
        }

        if (pulls.Count == 1)
        {
            pulls[0].Output.backward([pulls[0].Gradient]);
        }
        else if (pulls.Count > 1)
        {
            cat([.. pulls.Select(pull => pull.Output)], 1).backward([cat([.. pulls.Select(pull => pull.Gradient)], 1)]);
        }
    }

    private Tensor[] Forward(int shard, int view, Tensor images, bool isTraining)
    {
        using var mode = set_grad_enabled(isTraining);
        Statistics.Direct(shard, _passes[view]);
        return ViewChecks.RequireOutputs(Compute(input => Encode(view, input), images), OutputLengths, Options.ShardImages, view, GetType().Name);
    }

    private Tensor[] ForwardTarget(int shard, int view, Tensor images)
    {
        using var noGrad = no_grad();
        Statistics.Direct(shard, _targetPasses[view]);
        return ViewChecks.RequireOutputs(Compute(input => EncodeTarget(view, input), images), TargetLengths, Options.ShardImages, view, GetType().Name);
    }

    private Tensor ImagesOf(IReadOnlyList<Tensor> views, int view) => views[AllViews.IndexOf(view)];

    private bool IsRegularized(int view, int slot) => _regularizers.Count > 0 && slot == 0 && RegularizedViews.Contains(view);

    private bool IsRegularizedTarget(int view) => _regularizers.Count > 0 && !EncodedViews.Contains(view) && RegularizedViews.Contains(view);
}
