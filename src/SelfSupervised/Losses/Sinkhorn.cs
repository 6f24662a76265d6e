using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Turns scores into assignments that use all prototypes equally.</summary>
/// <remarks>
/// Alternately scales prototypes and samples of exp(scores / epsilon) to equal shares. Source: Cuturi, "Sinkhorn Distances", 2013,
/// https://arxiv.org/abs/1306.0895, as in Caron et al., "SwAV", 2020, section 3.1, https://arxiv.org/abs/2006.09882. Values equal
/// lightly's; computed with logarithms, so that large scores neither overflow nor leave a prototype without weight.
/// </remarks>
public static class Sinkhorn
{
    /// <summary>Number of iterations unless another one is given.</summary>
    public const int DefaultIterations = 3;

    /// <summary>Temperature of the scores unless another one is given.</summary>
    public const double DefaultEpsilon = 0.05;

    /// <summary>Assigns samples to prototypes by their scores.</summary>
    /// <param name="scores">Scores, floating point [B, K], over the whole batch; taken as constants; borrowed.</param>
    /// <param name="iterations">Number of iterations, 0 or more.</param>
    /// <param name="epsilon">Divisor of the scores; smaller makes assignments sharper; positive.</param>
    /// <returns>Shares of the prototypes, [B, K], each row has the sum 1; owned by the caller, without a gradient.</returns>
    /// <exception cref="ArgumentException">The scores are not [B, K].</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Tensor Assign(Tensor scores, int iterations = DefaultIterations, double epsilon = DefaultEpsilon)
    {
        LossInputs.RequireTemperature(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        RequireMatrix(scores);
        return BalanceLogarithms(scores.detach().Over(epsilon), iterations).MoveToOuterDisposeScope();
    }

    /// <summary>Balances weights that are given by their logarithms; nothing overflows or underflows on the way.</summary>
    internal static Tensor BalanceLogarithms(Tensor logarithms, int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        RequireMatrix(logarithms);
        var shares_BK = logarithms;
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            shares_BK = shares_BK - shares_BK.logsumexp(0, keepdim: true);
            shares_BK = shares_BK - shares_BK.logsumexp(1, keepdim: true);
        }

        return iterations > 0
            ? shares_BK.exp().MoveToOuterDisposeScope()
            : nn.functional.softmax(shares_BK.view(-1), 0).view(shares_BK.shape).Times(shares_BK.shape[0]).MoveToOuterDisposeScope();
    }

    private static void RequireMatrix(Tensor scores)
    {
        if (scores.shape.Length != 2 || scores.shape[0] < 1 || scores.shape[1] < 1)
        {
            throw new ArgumentException($"Sinkhorn takes scores [B, K], not [{string.Join(", ", scores.shape)}].", nameof(scores));
        }
    }
}
