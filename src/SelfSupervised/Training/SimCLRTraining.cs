using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>SimCLR on the fleet: NT-Xent over the whole global batch, whatever the number of workers.</summary>
/// <remarks>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709.
/// Each shard publishes its embeddings; everybody computes the loss of the whole batch on the same matrix and takes its gradient;
/// a shard then propagates the gradient of its own rows. Nothing is divided by the number of workers.
/// </remarks>
public sealed class SimCLRTraining : TrainingMethod
{
    private const int ViewCount = 2;

    private readonly ProjectionHead _projectionHead;
    private readonly double _temperature;
    private readonly int _outputLength;
    private readonly int[] _passes;
    private readonly Dictionary<(int Shard, int View), Tensor> _kept = [];
    private readonly Tensor?[] _embeddingGradients = new Tensor?[ViewCount];
    private float _loss;

    /// <summary>Draws state 0.</summary>
    /// <param name="options">What the step is a function of.</param>
    /// <param name="backbone">The backbone; owned from now on.</param>
    /// <param name="hiddenLength">Hidden width of the projection head.</param>
    /// <param name="outputLength">Length D of the embeddings.</param>
    /// <param name="hasBatchNorm">Whether the projection head has batch normalization after both layers.</param>
    /// <param name="temperature">Temperature of NT-Xent, above 0.</param>
    public SimCLRTraining(
        TrainingOptions options, Backbone backbone, int hiddenLength, int outputLength, bool hasBatchNorm, double temperature)
        : base(options)
    {
        Backbone = backbone;
        _projectionHead = new SimCLRProjectionHead(backbone.FeatureCount, hiddenLength, outputLength, batchNorm: hasBatchNorm);
        _temperature = temperature;
        _outputLength = outputLength;
        ParameterInitializer.Initialize(backbone, options.Seed, "backbone");
        ParameterInitializer.Initialize(_projectionHead, options.Seed, "projection_head");
        _passes = [Statistics.AddPass(backbone, _projectionHead), Statistics.AddPass(backbone, _projectionHead)];
        Seal(("backbone", backbone), ("projection_head", _projectionHead));
    }

    /// <inheritdoc/>
    public override Backbone Backbone { get; }

    /// <inheritdoc/>
    public override int PublishedLength => ViewCount * Options.ShardImages * _outputLength;

    /// <inheritdoc/>
    public override IReadOnlyList<ViewRequest> ViewsOf(long step, int shard)
    {
        var positions = Enumerable.Range(shard * Options.ShardImages, Options.ShardImages).ToArray();
        return [new(0, positions), new(1, positions)];
    }

    /// <inheritdoc/>
    public override float[] Publish(long step, int shard, IReadOnlyList<Tensor> views)
    {
        var published = new float[PublishedLength];
        var viewLength = PublishedLength / ViewCount;
        for (var view = 0; view < ViewCount; view++)
        {
            using var scope = NewDisposeScope();
            using var mode = set_grad_enabled(!Options.IsRecomputing);
            var embeddings_MD = Embed(shard, view, views[view]);
            TensorValues.CopyTo(embeddings_MD.detach(), published.AsSpan(view * viewLength, viewLength));
            if (!Options.IsRecomputing)
            {
                _kept[(shard, view)] = embeddings_MD.DetachFromDisposeScope();
            }
        }

        return published;
    }

    /// <inheritdoc/>
    public override void Receive(long step, IReadOnlyList<float[]> published)
    {
        using var scope = NewDisposeScope();
        var embeddings_BD = new Tensor[ViewCount];
        for (var view = 0; view < ViewCount; view++)
        {
            embeddings_BD[view] = TensorValues.Gather(published, view, ViewCount, Options.BatchSize, _outputLength, Options.Device)
                .requires_grad_();
        }

        var loss = NTXentLoss.BatchLoss(embeddings_BD[0], embeddings_BD[1], _temperature);
        loss.backward();
        _loss = loss.cpu().item<float>();
        for (var view = 0; view < ViewCount; view++)
        {
            _embeddingGradients[view]?.Dispose();
            _embeddingGradients[view] = embeddings_BD[view].grad!.DetachFromDisposeScope();
        }
    }

    /// <inheritdoc/>
    public override void Backward(long step, int shard, IReadOnlyList<Tensor> views)
    {
        BeginBackward();
        for (var view = 0; view < ViewCount; view++)
        {
            using var scope = NewDisposeScope();
            var embeddings_MD = _kept.Remove((shard, view), out var kept) ? kept : Embed(shard, view, views[view]);
            var gradient_MD = _embeddingGradients[view]!.narrow(0, (long)shard * Options.ShardImages, Options.ShardImages).clone();
            embeddings_MD.backward([gradient_MD]);
            embeddings_MD.Dispose();
        }

        EndBackward(shard, shard == 0 ? _loss : 0);
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        foreach (var embeddings in _kept.Values)
        {
            embeddings.Dispose();
        }

        _kept.Clear();
    }

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projectionHead.forward(features);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        foreach (var gradient in _embeddingGradients)
        {
            gradient?.Dispose();
        }
    }

    private Tensor Embed(int shard, int view, Tensor images)
    {
        Statistics.Direct(shard, _passes[view]);
        return _projectionHead.forward(Backbone.forward(images));
    }
}
