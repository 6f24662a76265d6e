using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of SimSiam: each view's prediction is to point where the other view's projection points.</summary>
/// <remarks>
/// Half the sum of two negative cosine similarities; the projections are constants, which is what prevents collapse. Source: Chen and
/// He, "Exploring Simple Siamese Representation Learning", 2021, equation 4, https://arxiv.org/abs/2011.10566. Rows are independent:
/// a fleet uses <see cref="NegativeCosineSimilarity.RowLosses"/>.
/// </remarks>
public sealed class SymNegCosineSimilarityLoss : nn.Module<(Tensor Z, Tensor P), (Tensor Z, Tensor P), Tensor>
{
    /// <summary>Makes the loss.</summary>
    public SymNegCosineSimilarityLoss()
        : base(nameof(SymNegCosineSimilarityLoss))
    {
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="out0">Projection and prediction of the first view, each floating point [N, D]; borrowed.</param>
    /// <param name="out1">Projection and prediction of the second view; borrowed.</param>
    /// <returns>The loss, [], -1 to 1, differentiable in the predictions; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not [N, D].</exception>
    public override Tensor forward((Tensor Z, Tensor P) out0, (Tensor Z, Tensor P) out1)
    {
        using var scope = NewDisposeScope();
        var first = NegativeCosineSimilarity.RowLosses(out0.P, out1.Z).mean();
        var second = NegativeCosineSimilarity.RowLosses(out1.P, out0.Z).mean();
        return first.Plus(second).Over(2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }
}
