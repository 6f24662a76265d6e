using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>TiCo: a trained encoder for one view and a momentum encoder for the other; a running covariance replaces negatives.</summary>
/// <remarks>
/// Source: Zhu et al., "TiCo: Transformation Invariance and Covariance Contrast", 2022, https://arxiv.org/abs/2206.10698. Each forward
/// in training mode first updates the momentum encoder (parameters only). Keys as <see cref="MoCo"/>. Use with
/// <see cref="Losses.TiCoLoss"/>.
/// </remarks>
public sealed class TiCo : TwoViewModel<Tensor>
{
    private readonly double _momentum;

    /// <summary>Makes the model; the momentum encoder starts as a copy.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="hiddenDim">Width of the head's hidden layer, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <param name="m">Share of the old momentum encoder in the new one, 0 to 1.</param>
    /// <param name="makeBackbone">Makes a second backbone; needed unless the backbone is a <see cref="Backbones.Backbone"/>.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features, or cannot be copied.</exception>
    public TiCo(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 2048,
        long hiddenDim = 4096,
        long outDim = 256,
        double m = 0.99,
        Func<nn.Module<Tensor, Tensor>>? makeBackbone = null)
        : base(nameof(TiCo), backbone, numFtrs)
    {
        ModelParts.RequireShare(m);
        _momentum = m;
        ProjectionHead = new TiCoProjectionHead(numFtrs, hiddenDim, outDim);
        MomentumBackbone = ModelParts.MomentumCopy(backbone, makeBackbone);
        MomentumProjectionHead = new TiCoProjectionHead(numFtrs, hiddenDim, outDim);
        MomentumUpdate.Initialize(ProjectionHead, MomentumProjectionHead);
        AddPart("projection_head", ProjectionHead);
        AddPart("momentum_backbone", MomentumBackbone);
        AddPart("momentum_projection_head", MomentumProjectionHead);
    }

    /// <summary>From features to embeddings; owned by the model.</summary>
    public ProjectionHead ProjectionHead { get; }

    /// <summary>The slow backbone; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> MomentumBackbone { get; }

    /// <summary>The slow head; owned by the model.</summary>
    public ProjectionHead MomentumProjectionHead { get; }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        return (ProjectionHead.call(features), features);
    }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeSecond(Tensor images)
    {
        using var gradientFree = no_grad();
        var features = ModelParts.Features(MomentumBackbone, images);
        return (MomentumProjectionHead.call(features), features);
    }

    /// <inheritdoc/>
    protected override void BeforeForward()
    {
        if (training)
        {
            MomentumUpdate.Apply(Backbone, MomentumBackbone, _momentum);
            MomentumUpdate.Apply(ProjectionHead, MomentumProjectionHead, _momentum);
        }
    }
}
