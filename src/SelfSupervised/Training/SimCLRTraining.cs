using LightlyCluster.SelfSupervised.Models.Heads;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>SimCLR on the fleet: NT-Xent (or DCL, DCLW, ...) over the whole global batch, whatever the number of workers.</summary>
/// <remarks>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020, https://arxiv.org/abs/2002.05709.
/// Parameters: hiddenDim (0: the backbone's features), outDim, batchNorm, and those of the loss.
/// </remarks>
public sealed class SimCLRTraining : ProjectionTraining
{
    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public SimCLRTraining(MethodRequest request)
        : base(request, PairCriterion.NTXent, "projection_head", features => new SimCLRProjectionHead(
            features,
            request.Parameters.Integer("hiddenDim", 0) is > 0 and var hidden ? hidden : features,
            request.Parameters.Integer("outDim", 128),
            batchNorm: request.Parameters.Switch("batchNorm", standard: true)))
    {
    }
}
