using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>BYOL on the fleet: each view predicts what a momentum network makes of the other one.</summary>
/// <remarks>
/// Grill et al., "Bootstrap Your Own Latent", 2020, https://arxiv.org/abs/2006.07733. The momentum rises to 1 over the job. Parameters:
/// hiddenDim, outDim, momentum, momentumCosine.
/// </remarks>
public sealed class BYOLTraining : PairTraining
{
    private readonly BYOLProjectionHead _projection;
    private readonly BYOLPredictionHead _prediction;
    private readonly BYOLProjectionHead _momentumProjection;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public BYOLTraining(MethodRequest request)
        : base(request, PairCriterion.NegativeCosine)
    {
        var (hidden, length) = (request.Parameters.Integer("hiddenDim", 4096), request.Parameters.Integer("outDim", 256));
        OutputLengths = [length, length];
        _projection = new(Backbone.FeatureCount, hidden, length);
        _prediction = new(length, hidden, length);
        _momentumProjection = new(Backbone.FeatureCount, hidden, length);
        Complete([("projection_head", _projection), ("prediction_head", _prediction)], [("projection_head", _momentumProjection)]);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetViews => [0, 1];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetLengths => [OutputLengths[0]];

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images)
    {
        var projections_MD = _projection.forward(Backbone.forward(images));
        return [projections_MD, _prediction.forward(projections_MD)];
    }

    /// <inheritdoc/>
    protected override Tensor[] EncodeTarget(int view, Tensor images) => [_momentumProjection.forward(MomentumBackbone!.forward(images))];

    /// <inheritdoc/>
    protected override IReadOnlyList<(Tensor First, Tensor Second)> Pairs(ViewOutputs outputs) =>
        [(outputs.Trained(0, 1), outputs.Target(1)), (outputs.Trained(1, 1), outputs.Target(0))];

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projection.forward(features);
}
