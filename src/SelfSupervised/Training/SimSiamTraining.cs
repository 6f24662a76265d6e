using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>SimSiam on the fleet: each view predicts the projections of the others, which have no gradient. Nothing but gradients travels.</summary>
/// <remarks>
/// Chen and He, "Exploring Simple Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566. Parameters: projHiddenDim,
/// predHiddenDim, outDim.
/// </remarks>
public class SimSiamTraining : PairTraining
{
    private readonly SimSiamProjectionHead _projection;
    private readonly SimSiamPredictionHead _prediction;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public SimSiamTraining(MethodRequest request)
        : this(request, [0, 1])
    {
    }

    /// <summary>Draws state 0 of a method with more views.</summary>
    private protected SimSiamTraining(MethodRequest request, IReadOnlyList<int> views)
        : base(request, PairCriterion.NegativeCosine)
    {
        ViewChecks.RequireCount(views.Count, 2, GetType().Name);
        var parameters = request.Parameters;
        var length = parameters.Integer("outDim", 2048);
        EncodedViews = views;
        OutputLengths = [length, length];
        _projection = new(Backbone.FeatureCount, parameters.Integer("projHiddenDim", 2048), length);
        _prediction = new(length, parameters.Integer("predHiddenDim", 512), length);
        Complete([("projection_mlp", _projection), ("prediction_mlp", _prediction)]);
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<int> EncodedViews { get; }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected sealed override Tensor[] Encode(int view, Tensor images)
    {
        var projections_MD = _projection.forward(Backbone.forward(images));
        return [projections_MD, _prediction.forward(projections_MD)];
    }

    /// <inheritdoc/>
    protected sealed override IReadOnlyList<(Tensor First, Tensor Second)> Pairs(ViewOutputs outputs) => [.. EncodedViews.Select(view =>
    {
        var others = EncodedViews.Where(other => other != view).Select(other => outputs.Trained(other).detach()).ToArray();
        return (outputs.Trained(view, 1), others.Length == 1 ? others[0] : stack(others).mean([0L]));
    })];

    /// <inheritdoc/>
    protected sealed override Tensor Project(Tensor features) => _projection.forward(features);
}
