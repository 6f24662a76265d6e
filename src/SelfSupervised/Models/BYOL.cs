using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>BYOL: predict the momentum encoder's projection of one view from the other view; no negatives.</summary>
/// <remarks>
/// Source: Grill et al., "Bootstrap Your Own Latent", 2020, https://arxiv.org/abs/2006.07733. As lightly's class: forward takes two
/// views, updates the momentum encoder once for each direction, and gives (momentum projection, prediction) for each view. Unlike
/// lightly's, a forward in evaluation mode changes nothing unless <see cref="UpdatesMomentumInEvaluation"/> is set. Use with
/// <see cref="Losses.SymNegCosineSimilarityLoss"/>.
/// </remarks>
public sealed class BYOL : nn.Module<Tensor, Tensor, ((Tensor Z, Tensor P) Out0, (Tensor Z, Tensor P) Out1)>
{
    private readonly double _momentum;

    /// <summary>Makes the model; the momentum encoder starts as a copy.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="hiddenDim">Width of the heads' hidden layers, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <param name="m">Share of the old momentum encoder in the new one, 0 to 1.</param>
    /// <param name="makeBackbone">Makes a second backbone; needed unless the backbone is a <see cref="Backbones.Backbone"/>.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features, or cannot be copied.</exception>
    public BYOL(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 2048,
        long hiddenDim = 4096,
        long outDim = 256,
        double m = 0.9,
        Func<nn.Module<Tensor, Tensor>>? makeBackbone = null)
        : base(nameof(BYOL))
    {
        ModelParts.RequireShare(m);
        ModelParts.RequireFeatures(backbone, numFtrs, nameof(BYOL));
        _momentum = m;
        Backbone = backbone;
        ProjectionHead = new BYOLProjectionHead(numFtrs, hiddenDim, outDim);
        PredictionHead = new BYOLProjectionHead(outDim, hiddenDim, outDim);
        MomentumBackbone = ModelParts.MomentumCopy(backbone, makeBackbone);
        MomentumProjectionHead = new BYOLProjectionHead(numFtrs, hiddenDim, outDim);
        MomentumUpdate.Initialize(ProjectionHead, MomentumProjectionHead);
        register_module("backbone", backbone);
        register_module("projection_head", ProjectionHead);
        register_module("prediction_head", PredictionHead);
        register_module("momentum_backbone", MomentumBackbone);
        register_module("momentum_projection_head", MomentumProjectionHead);
    }

    /// <summary>From images to features; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> Backbone { get; }

    /// <summary>From features to projections; owned by the model.</summary>
    public ProjectionHead ProjectionHead { get; }

    /// <summary>From projections to predictions; owned by the model.</summary>
    public ProjectionHead PredictionHead { get; }

    /// <summary>The slow backbone; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> MomentumBackbone { get; }

    /// <summary>The slow head; owned by the model.</summary>
    public ProjectionHead MomentumProjectionHead { get; }

    /// <summary>Whether a forward in evaluation mode updates the momentum encoder, as lightly's does; default false.</summary>
    public bool UpdatesMomentumInEvaluation { get; set; }

    /// <summary>Encodes two views.</summary>
    /// <param name="x0">Images, [N, 3, H, W]; borrowed.</param>
    /// <param name="x1">Another view of the same images, of the same shape; borrowed.</param>
    /// <returns>For each view the momentum encoder's projection (a constant) and the prediction; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The views have different shapes.</exception>
    public override ((Tensor Z, Tensor P) Out0, (Tensor Z, Tensor P) Out1) forward(Tensor x0, Tensor x1)
    {
        ArgumentNullException.ThrowIfNull(x0);
        ArgumentNullException.ThrowIfNull(x1);
        if (!x0.shape.SequenceEqual(x1.shape))
        {
            throw new ArgumentException(
                $"x0 and x1 must have same shape but got shapes [{string.Join(", ", x0.shape)}] and [{string.Join(", ", x1.shape)}]!",
                nameof(x1));
        }

        var (prediction0, target1) = Encode(x0, x1);
        var (prediction1, target0) = Encode(x1, x0);
        return ((target0, prediction0), (target1, prediction1));
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private (Tensor Prediction, Tensor Target) Encode(Tensor trained, Tensor slow)
    {
        if (training || UpdatesMomentumInEvaluation)
        {
            MomentumUpdate.Apply(Backbone, MomentumBackbone, _momentum);
            MomentumUpdate.Apply(ProjectionHead, MomentumProjectionHead, _momentum);
        }

        using var scope = NewDisposeScope();
        var projection = ProjectionHead.call(ModelParts.Features(Backbone, trained));
        var prediction = PredictionHead.call(projection);
        using var gradientFree = no_grad();
        var target = MomentumProjectionHead.call(ModelParts.Features(MomentumBackbone, slow));
        return (prediction.MoveToOuterDisposeScope(), target.MoveToOuterDisposeScope());
    }
}
