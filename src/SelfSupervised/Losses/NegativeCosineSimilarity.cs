using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Minus the mean cosine similarity: two embeddings of an image are to point the same way.</summary>
/// <remarks>
/// Without negatives it needs something else against collapse (a predictor and a stopped gradient, or a momentum encoder).
/// Source: Chen and He, "Exploring Simple Siamese Representation Learning", 2021, equation 1, https://arxiv.org/abs/2011.10566.
/// As in lightly, both arguments of <c>forward</c> receive a gradient; detach the target.
/// </remarks>
public sealed class NegativeCosineSimilarity : PairLoss
{
    /// <summary>Smallest length that a vector is divided by unless another one is given.</summary>
    public const double DefaultEpsilon = 1e-8;

    private readonly int _dimension;
    private readonly double _epsilon;

    /// <summary>Makes the loss.</summary>
    /// <param name="dim">Dimension along which vectors lie.</param>
    /// <param name="eps">Smallest length that a vector is divided by; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smallest length is not positive.</exception>
    public NegativeCosineSimilarity(int dim = 1, double eps = DefaultEpsilon)
        : base(nameof(NegativeCosineSimilarity))
    {
        LossInputs.RequireNumber(eps, nameof(eps), double.Epsilon);
        _dimension = dim;
        _epsilon = eps;
    }

    /// <summary>Computes minus the mean cosine similarity.</summary>
    /// <param name="x0">Vectors, floating point of any shape; borrowed.</param>
    /// <param name="x1">Vectors of the same shape; borrowed.</param>
    /// <returns>The mean, [], -1 to 1; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public override Tensor forward(Tensor x0, Tensor x1)
    {
        if (!x0.shape.SequenceEqual(x1.shape) || x0.shape.Length == 0 || x0.shape.Contains(0))
        {
            throw new ArgumentException(
                $"The loss takes vectors of the same shape, at least one, not [{string.Join(", ", x0.shape)}] and [{string.Join(", ", x1.shape)}].",
                nameof(x1));
        }

        LossInputs.RequireSameNumbers(x0, x1);
        if (_dimension >= x0.shape.Length || _dimension < -x0.shape.Length)
        {
            throw new ArgumentException($"There is no dimension {_dimension} in [{string.Join(", ", x0.shape)}].", nameof(x0));
        }

        using var scope = NewDisposeScope();
        return nn.functional.cosine_similarity(x0, x1, _dimension, _epsilon).mean().neg().MoveToOuterDisposeScope();
    }

    /// <summary>Minus the cosine similarity of each row; a shard's share is the sum over its rows divided by the batch.</summary>
    /// <param name="predictions">Embeddings being trained, floating point [n, D]; borrowed.</param>
    /// <param name="targets">Their targets, [n, D], taken as constants; borrowed.</param>
    /// <param name="epsilon">Smallest length that a vector is divided by; positive.</param>
    /// <returns>The loss of each row, [n], differentiable in the predictions; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ or are not [n, D].</exception>
    public static Tensor RowLosses(Tensor predictions, Tensor targets, double epsilon = DefaultEpsilon)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(predictions, targets);
        return nn.functional.cosine_similarity(predictions, targets.detach(), 1, epsilon).neg().MoveToOuterDisposeScope();
    }
}
