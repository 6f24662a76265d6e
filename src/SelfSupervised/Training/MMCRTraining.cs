using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>MMCR on the fleet: the views of an image span a small manifold, the centroids of all images of the global batch a large one.</summary>
/// <remarks>
/// Yerxa et al., "Learning Efficient Coding of Natural Images with Maximum Manifold Capacity Representations", 2023,
/// https://arxiv.org/abs/2303.03307. Embeddings lie on the unit sphere as in the paper; lightly leaves that to the user, and without
/// it the loss has no lower bound. As many views as the transforms make. Parameters: hiddenDim, outDim, lmda, momentum, momentumCosine.
/// </remarks>
public sealed class MMCRTraining : ViewTraining
{
    private readonly MMCRProjectionHead _projection;
    private readonly MMCRProjectionHead _momentumProjection;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public MMCRTraining(MethodRequest request)
        : base(request)
    {
        var (hidden, length) = (request.Parameters.Integer("hiddenDim", 2048), request.Parameters.Integer("outDim", 512));
        OutputLengths = [length];
        _projection = new(Backbone.FeatureCount, hidden, length);
        _momentumProjection = new(Backbone.FeatureCount, hidden, length);
        Complete([("projection_head", _projection)], [("projection_head", _momentumProjection)]);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> EncodedViews => [.. Enumerable.Range(0, Request.ViewCount)];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetViews => EncodedViews;

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override bool HasBatchLoss => true;

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images) => [Project(Backbone.forward(images))];

    /// <inheritdoc/>
    protected override Tensor[] EncodeTarget(int view, Tensor images) =>
        [nn.functional.normalize(_momentumProjection.forward(MomentumBackbone!.forward(images)), p: 2, dim: 1)];

    /// <inheritdoc/>
    protected override Tensor BatchLoss(long step, ViewOutputs batch) => MMCRLoss.BatchLoss(
        stack(EncodedViews.Select(view => batch.Trained(view)), 1),
        stack(EncodedViews.Select(view => batch.Target(view)), 1),
        Request.Parameters.Number("lmda", MMCRLoss.DefaultLambda));

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => nn.functional.normalize(_projection.forward(features), p: 2, dim: 1);
}
