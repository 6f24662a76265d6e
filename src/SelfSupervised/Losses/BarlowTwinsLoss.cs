using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of Barlow Twins: make the cross-correlation of two views' embeddings the identity matrix.</summary>
/// <remarks>
/// A diagonal of ones makes the views agree, zeros beside it make the dimensions independent. Source: Zbontar et al., "Barlow Twins",
/// 2021, equation 1, https://arxiv.org/abs/2103.03230. Columns are standardized over the whole batch with the biased variance and
/// 1e-5 added, as in lightly on one device; on several devices lightly standardizes each one's rows by themselves, here never.
/// Cost: N D^2 operations, D^2 memory.
/// </remarks>
public sealed class BarlowTwinsLoss : PairLoss
{
    /// <summary>Weight of the off-diagonal part unless another one is given.</summary>
    public const double DefaultLambda = 5e-3;

    private const double Epsilon = 1e-5;

    private readonly double _lambda;

    /// <summary>Makes the loss.</summary>
    /// <param name="lambdaParam">Weight of the off-diagonal part.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not finite.</exception>
    public BarlowTwinsLoss(double lambdaParam = DefaultLambda)
        : base(nameof(BarlowTwinsLoss))
    {
        LossInputs.RequireNumber(lambdaParam, nameof(lambdaParam));
        _lambda = lambdaParam;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="z_a">Embeddings of the first view, floating point [N, D], N at least 2; borrowed.</param>
    /// <param name="z_b">Embeddings of the second view; borrowed.</param>
    /// <returns>The loss, [], 0 or more, differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor z_a, Tensor z_b) => BatchLoss(z_a, z_b, _lambda);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], B at least 2; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="lambda">Weight of the off-diagonal part.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public static Tensor BatchLoss(Tensor first, Tensor second, double lambda = DefaultLambda)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        var correlation_DD = mm(Standardize(first).t(), Standardize(second)).Over(first.shape[0]);
        return CorrelationLoss(correlation_DD, lambda).MoveToOuterDisposeScope();
    }

    /// <summary>Brings each column to mean 0 and variance 1 over the rows.</summary>
    /// <param name="embeddings">Floating point [B, D], B at least 2; borrowed.</param>
    /// <returns>The columns standardized, [B, D]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are fewer than two rows.</exception>
    public static Tensor Standardize(Tensor embeddings)
    {
        LossInputs.RequirePair(embeddings, embeddings);
        LossInputs.RequireRows(embeddings, 2);
        return nn.functional.batch_norm(embeddings, null, null, null, null, training: true, 0, Epsilon);
    }

    /// <summary>The distance of a cross-correlation matrix from the identity.</summary>
    /// <param name="correlation">Floating point [D, D]; borrowed.</param>
    /// <param name="lambda">Weight of the off-diagonal part.</param>
    /// <returns>Sum of (C_ii - 1)^2 plus lambda times the sum of C_ij^2, []; owned by the caller.</returns>
    public static Tensor CorrelationLoss(Tensor correlation, double lambda = DefaultLambda)
    {
        using var scope = NewDisposeScope();
        var identity = eye(correlation.shape[0], dtype: @bool, device: correlation.device);
        var diagonal = correlation.diagonal().sub(LastingScalar.One).ToThe(2).sum();
        var rest = correlation.masked_fill(identity, LastingScalar.Of(0)).ToThe(2).sum();
        return diagonal.Plus(rest.Times(lambda)).MoveToOuterDisposeScope();
    }
}
