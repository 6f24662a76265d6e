using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>VICReg: a backbone and a wide projection head; the loss keeps dimensions alive and apart.</summary>
/// <remarks>
/// Source: Bardes et al., "VICReg", 2022, https://arxiv.org/abs/2105.04906. Keys <c>backbone</c> and <c>projection_head</c>. Use with
/// <see cref="Losses.VICRegLoss"/>.
/// </remarks>
public sealed class VICReg : TwoViewModel<Tensor>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="hiddenDim">Width of the projection's hidden layers, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <param name="numLayers">Number of linear layers of the projection, at least 2.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public VICReg(
        nn.Module<Tensor, Tensor> backbone, long numFtrs = 2048, long hiddenDim = 8192, long outDim = 8192, int numLayers = 3)
        : base(nameof(VICReg), backbone, numFtrs)
    {
        ProjectionHead = new VICRegProjectionHead(numFtrs, hiddenDim, outDim, numLayers);
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
