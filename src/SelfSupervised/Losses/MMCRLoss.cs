using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of MMCR: the views of an image are to lie on a small manifold, the images' centroids on a large one.</summary>
/// <remarks>
/// Size is the nuclear norm (the sum of singular values). Source: Yerxa et al., "Learning Efficient Coding of Natural Images with
/// Maximum Manifold Capacity Representations", 2023, equation 5, https://arxiv.org/abs/2303.03307. Values equal lightly's.
/// Cost: a singular value decomposition of [B, D] and of B small ones.
/// </remarks>
public sealed class MMCRLoss : PairLoss
{
    /// <summary>Weight of the manifolds' size unless another one is given.</summary>
    public const double DefaultLambda = 5e-3;

    private readonly double _lambda;

    /// <summary>Makes the loss.</summary>
    /// <param name="lmda">Weight of the manifolds' size, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative.</exception>
    public MMCRLoss(double lmda = DefaultLambda)
        : base(nameof(MMCRLoss))
    {
        if (!(lmda >= 0) || !double.IsFinite(lmda))
        {
            throw new ArgumentOutOfRangeException(nameof(lmda), lmda, "lmda must be greater than or equal to 0.");
        }

        _lambda = lmda;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="online">Embeddings of the views by the trained network, floating point [N, V, D]; borrowed.</param>
    /// <param name="momentum">Embeddings of the same views by the momentum network, [N, V, D]; borrowed.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not [N, V, D].</exception>
    public override Tensor forward(Tensor online, Tensor momentum) => BatchLoss(online, momentum, _lambda);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="online">Embeddings of the views by the trained network, floating point [B, V, D]; borrowed.</param>
    /// <param name="momentum">Embeddings of the same views by the momentum network, [B, V, D]; borrowed.</param>
    /// <param name="lambda">Weight of the manifolds' size, 0 or more.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not [B, V, D].</exception>
    public static Tensor BatchLoss(Tensor online, Tensor momentum, double lambda = DefaultLambda)
    {
        if (online.shape.Length != 3 || online.shape.Min() < 1 || !online.shape.SequenceEqual(momentum.shape))
        {
            throw new ArgumentException(
                $"MMCR takes embeddings [B, V, D] of the same shape, not [{string.Join(", ", online.shape)}] "
                + $"and [{string.Join(", ", momentum.shape)}].",
                nameof(momentum));
        }

        using var scope = NewDisposeScope();
        LossInputs.RequireSameNumbers(online, momentum);
        var views_BVD = cat([online, momentum], 1);
        if (!views_BVD.isfinite().all().item<bool>())
        {
            // There is no decomposition of such a matrix; the loss says so, as other losses do.
            return views_BVD.sum().Times(double.NaN).MoveToOuterDisposeScope();
        }

        var centroids_BD = views_BVD.mean([1L]);
        var global = linalg.svdvals(centroids_BD).sum();
        var local = linalg.svdvals(views_BVD).sum().Over(online.shape[0]);
        return (local.Times(lambda) - global).MoveToOuterDisposeScope();
    }
}
