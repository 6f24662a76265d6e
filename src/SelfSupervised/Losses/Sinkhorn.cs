using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Turns scores into assignments that use all prototypes equally.</summary>
/// <remarks>
/// Alternately scales prototypes and samples of exp(scores / epsilon) to equal shares. Source: Cuturi, "Sinkhorn Distances", 2013,
/// https://arxiv.org/abs/1306.0895, as in Caron et al., "SwAV", 2020, section 3.1, https://arxiv.org/abs/2006.09882. The largest score
/// is subtracted first, which cancels in the shares and keeps exp from overflowing; otherwise as in lightly.
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
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        RequireMatrix(scores);
        var scaled_BK = scores.detach().div(epsilon);
        return Balance((scaled_BK - scaled_BK.max()).exp(), iterations).MoveToOuterDisposeScope();
    }

    /// <summary>Balances probabilities so that all prototypes are used equally.</summary>
    /// <param name="weights">Positive weights, floating point [B, K], over the whole batch; taken as constants; borrowed.</param>
    /// <param name="iterations">Number of iterations, 0 or more; with 0 the weights are only divided by their sum and multiplied by B.</param>
    /// <returns>Shares of the prototypes, [B, K]; owned by the caller, without a gradient.</returns>
    /// <exception cref="ArgumentException">The weights are not [B, K].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of iterations is negative.</exception>
    public static Tensor Balance(Tensor weights, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        RequireMatrix(weights);
        var (count, prototypeCount) = (weights.shape[0], weights.shape[1]);
        var shares_BK = weights.detach().div(weights.detach().sum());
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            shares_BK = shares_BK.div(shares_BK.sum(0, keepdim: true)).div(prototypeCount);
            shares_BK = shares_BK.div(shares_BK.sum(1, keepdim: true)).div(count);
        }

        return shares_BK.mul(count).MoveToOuterDisposeScope();
    }

    private static void RequireMatrix(Tensor scores)
    {
        if (scores.shape.Length != 2 || scores.shape[0] < 1 || scores.shape[1] < 1)
        {
            throw new ArgumentException($"Sinkhorn takes scores [B, K], not [{string.Join(", ", scores.shape)}].", nameof(scores));
        }
    }
}
