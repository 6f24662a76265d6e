using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>Barlow Twins: a backbone and a wide projection head, trained to make the views' cross-correlation the identity.</summary>
/// <remarks>
/// Source: Zbontar et al., "Barlow Twins", 2021, https://arxiv.org/abs/2103.03230. As lightly's class, key <c>projection_mlp</c>. The
/// default head has 151 million parameters; 2048 instead of 8192 is enough for small images. Use with
/// <see cref="Losses.BarlowTwinsLoss"/>.
/// </remarks>
public sealed class BarlowTwins : TwoViewModel<Tensor>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="projHiddenDim">Width of the projection's hidden layers, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public BarlowTwins(nn.Module<Tensor, Tensor> backbone, long numFtrs = 2048, long projHiddenDim = 8192, long outDim = 8192)
        : base(nameof(BarlowTwins), backbone, numFtrs)
    {
        ProjectionMlp = new BarlowTwinsProjectionHead(numFtrs, projHiddenDim, outDim);
        AddPart("projection_mlp", ProjectionMlp);
    }

    /// <summary>From features to embeddings; owned by the model.</summary>
    public ProjectionHead ProjectionMlp { get; }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        return (ProjectionMlp.call(features), features);
    }
}
