using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>NNCLR: SimCLR with a predictor, whose positives are nearest neighbours among earlier images.</summary>
/// <remarks>
/// Source: Dwibedi et al., "With a Little Help from My Friends", 2021, https://arxiv.org/abs/2104.14548. As lightly's class: the output
/// of a view is (projection, prediction); keys <c>projection_mlp</c> and <c>prediction_mlp</c>. Use with
/// <see cref="Memory.NNMemoryBankModule"/> and <see cref="Losses.NTXentLoss"/>.
/// </remarks>
public sealed class NNCLR : TwoViewModel<(Tensor Z, Tensor P)>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="projHiddenDim">Width of the projection's hidden layers, at least 1.</param>
    /// <param name="predHiddenDim">Width of the prediction's hidden layer, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public NNCLR(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 512,
        long projHiddenDim = 2048,
        long predHiddenDim = 4096,
        long outDim = 256)
        : base(nameof(NNCLR), backbone, numFtrs)
    {
        ProjectionMlp = new NNCLRProjectionHead(numFtrs, projHiddenDim, outDim);
        PredictionMlp = new NNCLRPredictionHead(outDim, predHiddenDim, outDim);
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
