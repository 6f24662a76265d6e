using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Spreads embeddings by pushing each one away from its nearest neighbour in the batch.</summary>
/// <remarks>
/// Minus the mean logarithm of the distance to the nearest neighbour, an estimate of the entropy (Kozachenko and Leonenko). Source:
/// Sablayrolles et al., "Spreading vectors for similarity search", 2019, equation 2, https://arxiv.org/abs/1806.03198. Values equal
/// lightly's. A regularizer: add it to another loss. Cost: B^2 similarities.
/// </remarks>
public sealed class KoLeoLoss : nn.Module<Tensor, Tensor>
{
    /// <summary>Added to distances before the logarithm unless another value is given.</summary>
    public const double DefaultEpsilon = 1e-8;

    private readonly double _power;
    private readonly double _epsilon;

    /// <summary>Makes the loss.</summary>
    /// <param name="p">Norm of the distance, at least 1.</param>
    /// <param name="eps">Added to distances before the logarithm; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public KoLeoLoss(double p = 2, double eps = DefaultEpsilon)
        : base(nameof(KoLeoLoss))
    {
        LossInputs.RequireNumber(p, nameof(p), 1);
        LossInputs.RequireNumber(eps, nameof(eps), double.Epsilon);
        _power = p;
        _epsilon = eps;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="input">Embeddings, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <returns>The mean, []; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input) => BatchLoss(input, _power, _epsilon);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="embeddings">Floating point [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="power">Norm of the distance, at least 1.</param>
    /// <param name="epsilon">Added to distances before the logarithm; positive.</param>
    /// <returns>The mean, [], differentiable; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public static Tensor BatchLoss(Tensor embeddings, double power = 2, double epsilon = DefaultEpsilon)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(embeddings, embeddings);
        LossInputs.RequireRows(embeddings, 2);
        var rows_BD = nn.functional.normalize(embeddings, p: 2, dim: 1, eps: epsilon);
        var self_BB = eye(embeddings.shape[0], dtype: @bool, device: embeddings.device);
        var detached_BD = rows_BD.detach();
        var nearest_B = mm(detached_BD, detached_BD.t()).masked_fill(self_BB, LastingScalar.Of(-2)).argmax(1);
        var differences_BD = (rows_BD - rows_BD.index_select(0, nearest_B)).Plus(epsilon);
        var distances_B = differences_BD.norm(1, keepdim: false, p: (float)power);
        return distances_B.Plus(epsilon).log().mean().neg().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }
}
