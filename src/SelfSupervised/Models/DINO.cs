using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>DINO: a student learns the scores that a momentum teacher gives to other views.</summary>
/// <remarks>
/// Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021, https://arxiv.org/abs/2104.14294. Keys
/// <c>backbone</c>, <c>projection_head</c> (student), <c>momentum_backbone</c>, <c>momentum_projection_head</c> (teacher). Unlike the
/// other models, the teacher is updated by <see cref="UpdateTeacher"/>, whose share follows a schedule. Use with
/// <see cref="Losses.DINOLoss"/>.
/// </remarks>
public sealed class DINO : TwoViewModel<Tensor>
{
    /// <summary>Makes the model; the teacher starts as a copy of the student.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="hiddenDim">Width of the heads' hidden layers, at least 1.</param>
    /// <param name="bottleneckDim">Width of the heads' bottleneck, at least 1.</param>
    /// <param name="outDim">Number of prototypes, at least 1.</param>
    /// <param name="batchNorm">Whether batch norm follows the hidden layers; useful for convolutional backbones.</param>
    /// <param name="freezeLastLayer">Number of epochs in which the last layer does not learn.</param>
    /// <param name="normLastLayer">Whether the prototypes keep length 1.</param>
    /// <param name="makeBackbone">Makes a second backbone; needed unless the backbone is a <see cref="Backbones.Backbone"/>.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features, or cannot be copied.</exception>
    public DINO(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 2048,
        long hiddenDim = 2048,
        long bottleneckDim = 256,
        long outDim = 65536,
        bool batchNorm = false,
        int freezeLastLayer = 1,
        bool normLastLayer = true,
        Func<nn.Module<Tensor, Tensor>>? makeBackbone = null)
        : base(nameof(DINO), backbone, numFtrs)
    {
        ProjectionHead = new DINOProjectionHead(
            numFtrs, hiddenDim, bottleneckDim, outDim, batchNorm, freezeLastLayer, normLastLayer);
        MomentumBackbone = ModelParts.MomentumCopy(backbone, makeBackbone);
        MomentumProjectionHead = new DINOProjectionHead(
            numFtrs, hiddenDim, bottleneckDim, outDim, batchNorm, freezeLastLayer, normLastLayer);
        MomentumUpdate.Initialize(ProjectionHead, MomentumProjectionHead);
        AddPart("projection_head", ProjectionHead);
        AddPart("momentum_backbone", MomentumBackbone);
        AddPart("momentum_projection_head", MomentumProjectionHead);
    }

    /// <summary>The student's head; owned by the model.</summary>
    public DINOProjectionHead ProjectionHead { get; }

    /// <summary>The teacher's backbone; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> MomentumBackbone { get; }

    /// <summary>The teacher's head; owned by the model.</summary>
    public DINOProjectionHead MomentumProjectionHead { get; }

    /// <summary>Student scores of several views of any resolution.</summary>
    /// <param name="views">Images of each view, [N, 3, H, W]; borrowed.</param>
    /// <returns>Scores of each view, [N, K]; owned by the caller.</returns>
    public IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> views) => [.. views.Select(view => forward(view))];

    /// <summary>Teacher scores of a view.</summary>
    /// <param name="images">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>Scores, [N, K], constants; owned by the caller.</returns>
    public Tensor ForwardTeacher(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        return MomentumProjectionHead.call(ModelParts.Features(MomentumBackbone, images)).MoveToOuterDisposeScope();
    }

    /// <summary>Moves the teacher a little towards the student; call it once a step.</summary>
    /// <param name="m">Share of the old teacher, 0 to 1.</param>
    public void UpdateTeacher(double m)
    {
        MomentumUpdate.Apply(Backbone, MomentumBackbone, m);
        MomentumUpdate.Apply(ProjectionHead, MomentumProjectionHead, m);
    }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        return (ProjectionHead.call(features), features);
    }
}
