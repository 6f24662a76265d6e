using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>SimSiam: two views through one encoder; a predictor and a stopped gradient take the place of negatives.</summary>
/// <remarks>
/// Source: Chen and He, "Exploring Simple Siamese Representation Learning", 2021, https://arxiv.org/abs/2011.10566. As lightly's class:
/// the output of a view is (projection, prediction), not detached; keys <c>projection_mlp</c> and <c>prediction_mlp</c>. Use with
/// <see cref="Losses.SymNegCosineSimilarityLoss"/>, which detaches the projections.
/// </remarks>
public sealed class SimSiam : TwoViewModel<(Tensor Z, Tensor P)>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="projHiddenDim">Width of the projection's hidden layers, at least 1.</param>
    /// <param name="predHiddenDim">Width of the prediction's bottleneck, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public SimSiam(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 2048,
        long projHiddenDim = 2048,
        long predHiddenDim = 512,
        long outDim = 2048)
        : base(nameof(SimSiam), backbone, numFtrs)
    {
        ProjectionMlp = new SimSiamProjectionHead(numFtrs, projHiddenDim, outDim);
        PredictionMlp = new SimSiamPredictionHead(outDim, predHiddenDim, outDim);
        AddPart("projection_mlp", ProjectionMlp);
        AddPart("prediction_mlp", PredictionMlp);
    }

    /// <summary>From features to projections; owned by the model.</summary>
    public ProjectionHead ProjectionMlp { get; }

    /// <summary>From projections to predictions; owned by the model.</summary>
    public ProjectionHead PredictionMlp { get; }

    /// <inheritdoc/>
    protected override ((Tensor Z, Tensor P) Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        var projection = ProjectionMlp.call(features);
        return ((projection, PredictionMlp.call(projection)), features);
    }
}
