using LightlyCluster.SelfSupervised.Models.Heads;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>VICReg on the fleet: variance and covariance are those of the whole global batch.</summary>
/// <remarks>
/// Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", 2022,
/// https://arxiv.org/abs/2105.04906. Parameters: hiddenDim, outDim, numLayers, lambdaParam, muParam, nuParam, eps.
/// </remarks>
public sealed class VICRegTraining : ProjectionTraining
{
    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public VICRegTraining(MethodRequest request)
        : base(request, PairCriterion.VICReg, "projection_head", features => new VICRegProjectionHead(
            features,
            request.Parameters.Integer("hiddenDim", 2048),
            request.Parameters.Integer("outDim", 2048),
            request.Parameters.Integer("numLayers", 3)))
    {
    }
}
