using LightlyCluster.SelfSupervised.Models.Heads;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>Barlow Twins on the fleet: the cross-correlation matrix is that of the whole global batch.</summary>
/// <remarks>
/// Zbontar et al., "Barlow Twins: Self-Supervised Learning via Redundancy Reduction", 2021, https://arxiv.org/abs/2103.03230. Unlike
/// lightly's distributed form, the standardization uses global statistics too. Parameters: projHiddenDim, outDim, lambdaParam.
/// </remarks>
public sealed class BarlowTwinsTraining : ProjectionTraining
{
    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public BarlowTwinsTraining(MethodRequest request)
        : base(request, PairCriterion.BarlowTwins, "projection_mlp", features => new BarlowTwinsProjectionHead(
            features, request.Parameters.Integer("projHiddenDim", 2048), request.Parameters.Integer("outDim", 2048)))
    {
    }
}
