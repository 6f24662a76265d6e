using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>SwaV on the fleet: all crops predict the prototypes that the large ones are assigned to.</summary>
/// <remarks>
/// Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020, https://arxiv.org/abs/2006.09882.
/// Shards publish the embeddings of the large crops (not their scores, which are many times longer); everybody balances the scores of
/// the whole global batch, and of the queue once it is full. Prototypes are normalized once a step after the optimizer. Parameters:
/// hiddenDim, outDim, nPrototypes, temperature, sinkhornIterations, sinkhornEpsilon, queueLength, queueStartEpoch,
/// freezePrototypesEpochs.
/// </remarks>
public sealed class SwaVTraining : ViewTraining
{
    private const int LargeViews = 2;
    private const int Embeddings = 0;
    private const int Scores = 1;

    private readonly SwaVProjectionHead _projection;
    private readonly SwaVPrototypes _prototypes;
    private readonly RowQueue[] _queues = [];
    private readonly Tensor?[] _codes_BK = new Tensor?[LargeViews];
    private readonly Tensor?[] _keys_BD = new Tensor?[LargeViews];

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    /// <exception cref="ArgumentException">The transforms make fewer than two views.</exception>
    public SwaVTraining(MethodRequest request)
        : base(request)
    {
        ViewChecks.RequireCount(request.ViewCount, 2, "SwaV");
        var parameters = request.Parameters;
        OutputLengths = [parameters.Integer("outDim", 128), parameters.Integer("nPrototypes", 512)];
        _projection = new(Backbone.FeatureCount, parameters.Integer("hiddenDim", 2048), OutputLengths[Embeddings]);
        _prototypes = new(OutputLengths[Embeddings], OutputLengths[Scores]);
        Complete([("projection_head", _projection), ("prototypes", _prototypes)]);
        _prototypes.Normalize();
        if (QueueLength > 0)
        {
            _queues =
            [
                .. Enumerable.Range(0, LargeViews)
                    .Select(view => new RowQueue(Options, $"queue{view}", QueueLength, OutputLengths[Embeddings], Options.BatchSize)),
            ];
            Array.ForEach(_queues, AddQueue);
        }
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> EncodedViews => [.. Enumerable.Range(0, Request.ViewCount)];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override bool HasRowLosses => true;

    private int QueueLength => Request.Parameters.Integer("queueLength", 0);

    private long QueueStart => Request.Parameters.Integer("queueStartEpoch", 15) * Options.StepsPerEpoch;

    /// <inheritdoc/>
    protected override bool Travels(int view, int slot) => view < LargeViews && slot == Embeddings;

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images)
    {
        var embeddings_MD = nn.functional.normalize(_projection.forward(Backbone.forward(images)), p: 2, dim: 1);
        return [embeddings_MD, _prototypes.forward(embeddings_MD)];
    }

    /// <inheritdoc/>
    protected override void Prepare(long step, ViewOutputs batch)
    {
        var isQueueFull = QueueLength > 0 && (step - QueueStart) * Options.BatchSize >= QueueLength;
        for (var view = 0; view < LargeViews; view++)
        {
            var embeddings_BD = batch.Trained(view, Embeddings).detach();
            var all = isQueueFull ? cat([embeddings_BD, _queues[view].Rows], 0) : embeddings_BD;
            var codes = Sinkhorn.Assign(
                _prototypes.forward(all),
                Request.Parameters.Integer("sinkhornIterations", Sinkhorn.DefaultIterations),
                Request.Parameters.Number("sinkhornEpsilon", Sinkhorn.DefaultEpsilon));
            Hold(ref _codes_BK[view], codes.narrow(0, 0, Options.BatchSize).clone());
            Hold(ref _keys_BD[view], embeddings_BD.clone());
        }
    }

    /// <inheritdoc/>
    protected override Tensor RowLosses(long step, ViewOutputs rows)
    {
        var temperature = Request.Parameters.Number("temperature", SwaVLoss.DefaultTemperature);
        var predictions = EncodedViews.Select(view => nn.functional.log_softmax(rows.Trained(view, Scores).Over(temperature), 1)).ToArray();
        var losses =
            from assigned in Enumerable.Range(0, LargeViews)
            let codes_MK = rows.RowsOf(_codes_BK[assigned]!)
            from view in EncodedViews
            where view != assigned
            select (codes_MK * predictions[view]).sum(1);
        return losses.Aggregate((sum, loss) => sum.Plus(loss)).Over(-LargeViews * (EncodedViews.Count - 1));
    }

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments)
    {
        _prototypes.Normalize();
        if (QueueLength > 0 && step >= QueueStart)
        {
            for (var view = 0; view < LargeViews; view++)
            {
                _queues[view].Append(_keys_BD[view]!);
            }
        }
    }

    /// <inheritdoc/>
    protected internal override void Constrain() => _prototypes.Normalize();

    /// <inheritdoc/>
    protected override long FrozenStepsOf(string name) => name.StartsWith("prototypes.", StringComparison.Ordinal)
        ? Request.Parameters.Integer("freezePrototypesEpochs", 0) * Options.StepsPerEpoch
        : 0;

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => nn.functional.normalize(_projection.forward(features), p: 2, dim: 1);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Array.ForEach(_queues, queue => queue.Dispose());
        Array.ForEach(_codes_BK, codes => codes?.Dispose());
        Array.ForEach(_keys_BD, keys => keys?.Dispose());
    }
}
