using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>FastSiam: SimSiam with several views, whose mean projection is a steadier target; it learns with small batches.</summary>
/// <remarks>
/// Source: Pototzky et al., "FastSiam: Resource-Efficient Self-supervised Learning on a Single GPU", 2022,
/// https://link.springer.com/chapter/10.1007/978-3-031-16788-1_4. Heads and keys as <see cref="SimSiam"/>.
/// </remarks>
public sealed class FastSiam : TwoViewModel<(Tensor Z, Tensor P)>
{
    /// <summary>Makes the model.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="projHiddenDim">Width of the projection's hidden layers, at least 1.</param>
    /// <param name="predHiddenDim">Width of the prediction's bottleneck, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features.</exception>
    public FastSiam(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 2048,
        long projHiddenDim = 2048,
        long predHiddenDim = 512,
        long outDim = 2048)
        : base(nameof(FastSiam), backbone, numFtrs)
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

    /// <summary>Encodes several views.</summary>
    /// <param name="views">Images of each view, [N, 3, H, W], at least one view; borrowed.</param>
    /// <returns>Projection and prediction of each view; owned by the caller.</returns>
    public IReadOnlyList<(Tensor Z, Tensor P)> forward(IReadOnlyList<Tensor> views) => [.. views.Select(view => forward(view))];

    /// <summary>The loss of each image: every view's prediction against the mean projection of the others.</summary>
    /// <param name="outputs">Projection and prediction of each view, each floating point [n, D], at least two views; borrowed.</param>
    /// <returns>The loss of each row, [n], mean over the views, differentiable in the predictions; owned by the caller.</returns>
    /// <exception cref="ArgumentException">There is only one view, or the shapes differ.</exception>
    public static Tensor RowLosses(IReadOnlyList<(Tensor Z, Tensor P)> outputs)
    {
        if (outputs.Count < 2)
        {
            throw new ArgumentException($"FastSiam needs at least two views but got {outputs.Count}.", nameof(outputs));
        }

        using var scope = NewDisposeScope();
        LossInputs.RequireViews([.. outputs.Select(output => output.Z)], outputs[0].Z.shape, "FastSiam");
        var losses = outputs.Select((output, index) => NegativeCosineSimilarity.RowLosses(
            output.P,
            stack(outputs.Where((_, other) => other != index).Select(other => other.Z.detach())).mean([0L])));
        return stack(losses).mean([0L]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override ((Tensor Z, Tensor P) Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        var projection = ProjectionMlp.call(features);
        return ((projection, PredictionMlp.call(projection)), features);
    }
}
