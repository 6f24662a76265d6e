using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>SwaV: score the views against prototypes and predict one view's assignment from the others.</summary>
/// <remarks>
/// Source: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", 2020,
/// https://arxiv.org/abs/2006.09882. Keys <c>backbone</c>, <c>projection_head</c>, <c>prototypes</c>. Call
/// <see cref="SwaVPrototypes.Normalize"/> before each step (a fleet does it in Apply). Use with <see cref="Losses.SwaVLoss"/>.
/// </remarks>
public sealed class SwaV : TwoViewModel<Tensor>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="hiddenDim">Width of the projection's hidden layer, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <param name="nPrototypes">Number of prototypes, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public SwaV(
        nn.Module<Tensor, Tensor> backbone, long numFtrs = 2048, long hiddenDim = 2048, long outDim = 128, long nPrototypes = 3000)
        : base(nameof(SwaV), backbone, numFtrs)
    {
        ProjectionHead = new SwaVProjectionHead(numFtrs, hiddenDim, outDim);
        Prototypes = new SwaVPrototypes(outDim, nPrototypes);
        AddPart("projection_head", ProjectionHead);
        AddPart("prototypes", Prototypes);
    }

    /// <summary>From features to embeddings; owned by the model.</summary>
    public ProjectionHead ProjectionHead { get; }

    /// <summary>From normalized embeddings to scores; owned by the model.</summary>
    public SwaVPrototypes Prototypes { get; }

    /// <summary>Scores several views of any resolution.</summary>
    /// <param name="views">Images of each view, [N, 3, H, W]; borrowed.</param>
    /// <returns>Scores of each view, [N, K]; owned by the caller.</returns>
    public IReadOnlyList<Tensor> forward(IReadOnlyList<Tensor> views) => [.. views.Select(view => forward(view))];

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        using var scope = NewDisposeScope();
        var embeddings = nn.functional.normalize(ProjectionHead.call(features), p: 2, dim: 1);
        return (Prototypes.call(embeddings).MoveToOuterDisposeScope(), features);
    }
}
