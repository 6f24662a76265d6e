using LightlyCluster.SelfSupervised.Losses;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A loss of two matrices of embeddings that methods can be told to use.</summary>
/// <param name="Name">One of <see cref="Names"/>.</param>
/// <param name="IsRowwise">Whether the loss is a mean over rows that do not look at each other.</param>
/// <param name="Loss">From two matrices [N, D] to the losses of rows, [N], or of the whole batch, []; differentiable.</param>
public sealed record PairCriterion(string Name, bool IsRowwise, Func<Tensor, Tensor, Tensor> Loss)
{
    /// <summary>SimCLR's contrast of each embedding with all others.</summary>
    public const string NTXent = "nt-xent";

    /// <summary>NT-Xent without the positive in the divisor.</summary>
    public const string Dcl = "dcl";

    /// <summary>DCL that weighs pairs by their similarity.</summary>
    public const string Dclw = "dclw";

    /// <summary>Alignment and uniformity on the sphere.</summary>
    public const string Hypersphere = "hypersphere";

    /// <summary>Barlow Twins' cross-correlation.</summary>
    public const string BarlowTwins = "barlow-twins";

    /// <summary>Variance, invariance, covariance.</summary>
    public const string VICReg = "vicreg";

    /// <summary>Nuclear norms of manifolds and centroids.</summary>
    public const string Mmcr = "mmcr";

    /// <summary>The negative cosine of a prediction and its target.</summary>
    public const string NegativeCosine = "negative-cosine";

    /// <summary>The known names.</summary>
    public static IReadOnlyList<string> Names { get; } = [NTXent, Dcl, Dclw, Hypersphere, BarlowTwins, VICReg, Mmcr, NegativeCosine];

    /// <summary>Makes the loss of a name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="parameters">Its parameters by lightly's names.</param>
    /// <exception cref="ArgumentException">There is no such loss.</exception>
    public static PairCriterion Create(string name, MethodParameters parameters) => name switch
    {
        NTXent => Batch(name, parameters.Number("temperature", NTXentLoss.DefaultTemperature), NTXentLoss.BatchLoss),
        Dcl => Batch(name, parameters.Number("temperature", DCLLoss.DefaultTemperature), (first, second, temperature) =>
            DCLLoss.BatchLoss(first, second, temperature)),
        Dclw => Batch(name, parameters.Number("temperature", DCLLoss.DefaultTemperature), (first, second, temperature) =>
            DCLWLoss.BatchLoss(first, second, temperature, parameters.Number("sigma", DCLWLoss.DefaultSigma))),
        Hypersphere => new(name, IsRowwise: false, (first, second) => HypersphereLoss.BatchLoss(
            first, second, parameters.Number("t", 1), parameters.Number("lam", 1), parameters.Number("alpha", 2))),
        BarlowTwins => new(name, IsRowwise: false, (first, second) => BarlowTwinsLoss.BatchLoss(
            first, second, parameters.Number("lambdaParam", BarlowTwinsLoss.DefaultLambda))),
        VICReg => new(name, IsRowwise: false, (first, second) => VICRegLoss.BatchLoss(
            first,
            second,
            parameters.Number("lambdaParam", VICRegLoss.DefaultLambda),
            parameters.Number("muParam", VICRegLoss.DefaultMu),
            parameters.Number("nuParam", VICRegLoss.DefaultNu),
            parameters.Number("eps", VICRegLoss.DefaultEpsilon))),
        Mmcr => new(name, IsRowwise: false, (first, second) => MMCRLoss.BatchLoss(
            LossInputs.Normalize(first).unsqueeze(1), LossInputs.Normalize(second).unsqueeze(1), parameters.Number("lmda", MMCRLoss.DefaultLambda))),
        NegativeCosine => new(name, IsRowwise: true, (first, second) => NegativeCosineSimilarity.RowLosses(first, second)),
        _ => throw new ArgumentException($"There is no loss '{name}' of two views; known are {string.Join(", ", Names)}.", nameof(name)),
    };

    private static PairCriterion Batch(string name, double temperature, Func<Tensor, Tensor, double, Tensor> loss) =>
        new(name, IsRowwise: false, (first, second) => loss(first, second, temperature));
}
