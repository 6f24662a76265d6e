using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>
/// The loss of VICReg: views agree (invariance), every dimension varies (variance), dimensions are uncorrelated (covariance).
/// </summary>
/// <remarks>
/// Source: Bardes et al., "VICReg", 2022, equation 6, https://arxiv.org/abs/2105.04906. As in lightly the variance terms of the views
/// are averaged, the covariance terms are summed, both with divisor n - 1. Cost: N D^2 operations, D^2 memory.
/// </remarks>
public sealed class VICRegLoss : PairLoss
{
    /// <summary>Weight of invariance unless another one is given.</summary>
    public const double DefaultLambda = 25;

    /// <summary>Weight of variance unless another one is given.</summary>
    public const double DefaultMu = 25;

    /// <summary>Weight of covariance unless another one is given.</summary>
    public const double DefaultNu = 1;

    /// <summary>Added to the variance before the root unless another value is given.</summary>
    public const double DefaultEpsilon = 1e-4;

    private readonly double _lambda;
    private readonly double _mu;
    private readonly double _nu;
    private readonly double _epsilon;

    /// <summary>Makes the loss.</summary>
    /// <param name="lambdaParam">Weight of invariance.</param>
    /// <param name="muParam">Weight of variance.</param>
    /// <param name="nuParam">Weight of covariance.</param>
    /// <param name="eps">Added to the variance before the root; positive.</param>
    public VICRegLoss(
        double lambdaParam = DefaultLambda, double muParam = DefaultMu, double nuParam = DefaultNu, double eps = DefaultEpsilon)
        : base(nameof(VICRegLoss))
    {
        LossInputs.RequireNumber(lambdaParam, nameof(lambdaParam));
        LossInputs.RequireNumber(muParam, nameof(muParam));
        LossInputs.RequireNumber(nuParam, nameof(nuParam));
        LossInputs.RequireNumber(eps, nameof(eps), double.Epsilon);
        _lambda = lambdaParam;
        _mu = muParam;
        _nu = nuParam;
        _epsilon = eps;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="z_a">Embeddings of the first view, floating point [N, D], N at least 2; borrowed.</param>
    /// <param name="z_b">Embeddings of the second view; borrowed.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor z_a, Tensor z_b) => BatchLoss(z_a, z_b, _lambda, _mu, _nu, _epsilon);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], B at least 2; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="lambda">Weight of invariance.</param>
    /// <param name="mu">Weight of variance.</param>
    /// <param name="nu">Weight of covariance.</param>
    /// <param name="epsilon">Added to the variance before the root; positive.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public static Tensor BatchLoss(
        Tensor first,
        Tensor second,
        double lambda = DefaultLambda,
        double mu = DefaultMu,
        double nu = DefaultNu,
        double epsilon = DefaultEpsilon)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireRows(first, 2);
        var invariance = (first - second).ToThe(2).mean();
        var variance = VarianceLoss(first, epsilon).Plus(VarianceLoss(second, epsilon)).Over(2);
        var covariance = CovarianceLoss(first).Plus(CovarianceLoss(second));
        return invariance.Times(lambda).Plus(variance.Times(mu)).Plus(covariance.Times(nu)).MoveToOuterDisposeScope();
    }

    private static Tensor VarianceLoss(Tensor embeddings_BD, double epsilon) =>
        nn.functional.relu(embeddings_BD.var(0).Plus(epsilon).sqrt().neg().Plus(1)).mean();

    private static Tensor CovarianceLoss(Tensor embeddings_BD)
    {
        var (count, dimension) = (embeddings_BD.shape[0], embeddings_BD.shape[1]);
        var centered_BD = embeddings_BD - embeddings_BD.mean([0L]);
        var covariance_DD = mm(centered_BD.t(), centered_BD).Over(count - 1);
        var identity_DD = eye(dimension, dtype: @bool, device: embeddings_BD.device);
        return covariance_DD.masked_fill(identity_DD, LastingScalar.Of(0)).ToThe(2).sum().Over(dimension);
    }
}
