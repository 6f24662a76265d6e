using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>SimCLR: a backbone and a projection head, trained to find the other view of an image among many.</summary>
/// <remarks>
/// Source: Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020,
/// https://arxiv.org/abs/2002.05709. As lightly's class, the head has no batch norm; keys <c>backbone</c> and
/// <c>projection_head.layers.N</c>. Use with <see cref="Losses.NTXentLoss"/> or <see cref="Losses.DCLLoss"/>.
/// </remarks>
public sealed class SimCLR : TwoViewModel<Tensor>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public SimCLR(nn.Module<Tensor, Tensor> backbone, long numFtrs = 32, long outDim = 128)
        : base(nameof(SimCLR), backbone, numFtrs)
    {
        ProjectionHead = new SimCLRProjectionHead(numFtrs, numFtrs, outDim, batchNorm: false);
        AddPart("projection_head", ProjectionHead);
    }

    /// <summary>From features to embeddings; owned by the model.</summary>
    public ProjectionHead ProjectionHead { get; }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        return (ProjectionHead.call(features), features);
    }
}
