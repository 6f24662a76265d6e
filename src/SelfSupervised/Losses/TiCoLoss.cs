using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of TiCo: views agree, and embeddings avoid the directions that were used most so far.</summary>
/// <remarks>
/// A running covariance matrix of the embeddings takes the place of negatives. Source: Zhu et al., "TiCo: Transformation Invariance
/// and Covariance Contrast for Self-Supervised Visual Representation Learning", 2022, equation 6, https://arxiv.org/abs/2206.10698.
/// Values equal lightly's; the matrix is part of checkpoints as <c>C</c> [D, D] from the first batch on. Rows are independent given
/// the updated matrix, which needs the whole batch: <see cref="RowLosses"/> and <see cref="UpdatedCovariance"/> are what a fleet uses.
/// </remarks>
public sealed class TiCoLoss : PairLoss
{
    /// <summary>Share of the old covariance matrix unless another one is given.</summary>
    public const double DefaultBeta = 0.9;

    /// <summary>Weight of the covariance contrast unless another one is given.</summary>
    public const double DefaultRho = 8;

    private readonly double _beta;
    private readonly double _rho;

    /// <summary>Makes the loss with a covariance matrix of zeros.</summary>
    /// <param name="beta">Share of the old covariance matrix, 0 to 1.</param>
    /// <param name="rho">Weight of the covariance contrast.</param>
    public TiCoLoss(double beta = DefaultBeta, double rho = DefaultRho)
        : base(nameof(TiCoLoss))
    {
        LossInputs.RequireNumber(beta, nameof(beta), 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(beta, 1);
        LossInputs.RequireNumber(rho, nameof(rho));
        _beta = beta;
        _rho = rho;
    }

    /// <summary>The running covariance matrix, [D, D]; null before the first batch. Owned by the loss.</summary>
    public Tensor? Covariance => _internal_buffers.TryGetValue("C", out var buffer) ? buffer.Item1 : null;

    /// <summary>Computes the loss of a batch and updates the covariance matrix.</summary>
    /// <param name="z_a">Embeddings of the first view, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <param name="z_b">Embeddings of the second view; borrowed.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor z_a, Tensor z_b) => forward(z_a, z_b, updateCovarianceMatrix: true);

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="z_a">Embeddings of the first view, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <param name="z_b">Embeddings of the second view; borrowed.</param>
    /// <param name="updateCovarianceMatrix">Whether the batch changes the covariance matrix that the next call starts from.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are fewer than two rows.</exception>
    public Tensor forward(Tensor z_a, Tensor z_b, bool updateCovarianceMatrix)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(z_a, z_b);
        if (Covariance is null)
        {
            register_buffer("C", z_a.detach().new_zeros(z_a.shape[1], z_a.shape[1]).DetachFromDisposeScope());
        }

        var covariance_DD = UpdatedCovariance(Covariance!, z_a, _beta);
        var losses_N = RowLosses(z_a, z_b, covariance_DD, _rho);
        if (updateCovarianceMatrix)
        {
            using var gradientFree = no_grad();
            Covariance!.copy_(covariance_DD);
        }

        return losses_N.mean().MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each row given the updated matrix; a shard's share is the sum over its rows divided by the batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [n, D], need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="covariance">The matrix after this batch, [D, D], taken as a constant; borrowed.</param>
    /// <param name="rho">Weight of the covariance contrast.</param>
    /// <returns>The loss of each row, [n], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor RowLosses(Tensor first, Tensor second, Tensor covariance, double rho = DefaultRho)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireBank(first, covariance);
        var first_ND = LossInputs.Normalize(first);
        var invariance_N = (first_ND * LossInputs.Normalize(second)).sum(1);
        var contrast_N = (mm(first_ND, covariance.detach()) * first_ND).sum(1);
        return contrast_N.Times(rho).Plus(1).sub(invariance_N).MoveToOuterDisposeScope();
    }

    /// <summary>The covariance matrix after a batch.</summary>
    /// <param name="covariance">The matrix before, [D, D]; borrowed.</param>
    /// <param name="first">Embeddings of the first view of the whole batch, [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="beta">Share of the old matrix, 0 to 1.</param>
    /// <returns>The matrix after, [D, D]; owned by the caller, without a gradient.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there are fewer than two rows.</exception>
    public static Tensor UpdatedCovariance(Tensor covariance, Tensor first, double beta = DefaultBeta)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        LossInputs.RequirePair(first, first);
        LossInputs.RequireRows(first, 2);
        LossInputs.RequireBank(first, covariance);
        var rows_BD = LossInputs.Normalize(first.detach());
        var batch_DD = mm(rows_BD.t(), rows_BD).Over(first.shape[0]);
        return covariance.Times(beta).Plus(batch_DD.Times(1 - beta)).MoveToOuterDisposeScope();
    }
}
