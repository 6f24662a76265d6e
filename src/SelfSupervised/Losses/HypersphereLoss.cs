using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>Alignment and uniformity: views of an image lie close together, all images spread over the sphere.</summary>
/// <remarks>
/// Source: Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and Uniformity on the Hypersphere",
/// 2020, equations 6 and 7, https://arxiv.org/abs/2005.10242. Values equal lightly's. Cost: B^2 similarities.
/// </remarks>
public sealed class HypersphereLoss : PairLoss
{
    private readonly double _temperature;
    private readonly double _weight;
    private readonly double _power;

    /// <summary>Makes the loss.</summary>
    /// <param name="t">Factor on the squared distances in the uniformity; usual is 1 or 2.</param>
    /// <param name="lam">Weight of the uniformity.</param>
    /// <param name="alpha">Power of the distances in the alignment.</param>
    public HypersphereLoss(double t = 1, double lam = 1, double alpha = 2)
        : base(nameof(HypersphereLoss))
    {
        LossInputs.RequireNumber(t, nameof(t));
        LossInputs.RequireNumber(lam, nameof(lam));
        LossInputs.RequireNumber(alpha, nameof(alpha));
        _temperature = t;
        _weight = lam;
        _power = alpha;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="z_a">Embeddings of the first view, floating point [N, D], N at least 2, need not be normalized; borrowed.</param>
    /// <param name="z_b">Embeddings of the second view; borrowed.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public override Tensor forward(Tensor z_a, Tensor z_b) => BatchLoss(z_a, z_b, _temperature, _weight, _power);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="temperature">Factor on the squared distances in the uniformity.</param>
    /// <param name="weight">Weight of the uniformity.</param>
    /// <param name="power">Power of the distances in the alignment.</param>
    /// <returns>The loss, [], differentiable in both; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or there are fewer than two rows.</exception>
    public static Tensor BatchLoss(Tensor first, Tensor second, double temperature = 1, double weight = 1, double power = 2)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        LossInputs.RequireRows(first, 2);
        var uniformity = Uniformity(first, temperature).Plus(Uniformity(second, temperature));
        return Alignment(first, second, power).Plus(uniformity.Times(weight / 2)).MoveToOuterDisposeScope();
    }

    /// <summary>Mean distance of the two embeddings of an image, to a power.</summary>
    /// <param name="first">Embeddings of the first view, floating point [B, D], need not be normalized; borrowed.</param>
    /// <param name="second">Embeddings of the second view; borrowed.</param>
    /// <param name="power">Power of the distances.</param>
    /// <returns>The mean, [], 0 (aligned) to 2^power; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Alignment(Tensor first, Tensor second, double power = 2)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(first, second);
        return (LossInputs.Normalize(first) - LossInputs.Normalize(second)).norm(1).ToThe(power).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Logarithm of the mean of exp(-t distance^2) over all pairs of images.</summary>
    /// <param name="embeddings">Floating point [B, D], B at least 2, need not be normalized; borrowed.</param>
    /// <param name="temperature">Factor on the squared distances.</param>
    /// <returns>The logarithm, [], 0 (all equal) and below (spread); owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are fewer than two rows.</exception>
    public static Tensor Uniformity(Tensor embeddings, double temperature = 2)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequirePair(embeddings, embeddings);
        LossInputs.RequireRows(embeddings, 2);
        var count = embeddings.shape[0];
        var rows_BD = LossInputs.Normalize(embeddings);
        var squares_B1 = rows_BD.ToThe(2).sum(1, keepdim: true);
        var distances_BB = squares_B1.Plus(squares_B1.t()) - mm(rows_BD, rows_BD.t()).Times(2);
        var self_BB = eye(count, dtype: @bool, device: embeddings.device);
        var kernel_BB = distances_BB.Times(-temperature).exp().masked_fill(self_BB, LastingScalar.Of(0));
        return kernel_BB.sum().Over((double)count * (count - 1)).log().MoveToOuterDisposeScope();
    }
}
