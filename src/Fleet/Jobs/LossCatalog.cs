using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>The losses that methods can be told to use.</summary>
public static class LossCatalog
{
    /// <summary>Name of NT-Xent.</summary>
    public const string NTXent = "nt-xent";

    /// <summary>Name of the negative cosine.</summary>
    public const string NegativeCosine = "negative-cosine";

    private const string TemperatureText = "Divides similarities before the softmax; smaller = harder negatives count more.";

    /// <summary>The losses, in the order in which they are listed.</summary>
    public static IReadOnlyList<LossDefinition> All { get; } =
    [
        new(NTXent, [Number("temperature", 0.5, 1e-4, 100, TemperatureText)], "Each embedding finds its partner among all of the batch."),
        new("dcl", [Number("temperature", 0.1, 1e-4, 100, TemperatureText)], "NT-Xent without the positive in the divisor: better with small batches."),
        new("dclw",
            [
                Number("temperature", 0.1, 1e-4, 100, TemperatureText),
                Number("sigma", 0.5, 1e-4, 100, "Divides cosines before pairs are weighed: smaller = unlike pairs count more."),
            ],
            "DCL that weighs pairs by how unlike they are."),
        new("hypersphere",
            [
                Number("t", 1, 1e-4, 100, "Sharpness of the uniformity."),
                Number("lam", 1, 0, 1000, "Weight of the uniformity."),
                Number("alpha", 2, 0.1, 10, "Power of the distances of pairs."),
            ],
            "Pairs are near each other, all embeddings are spread over the sphere."),
        new("barlow-twins",
            [Number("lambdaParam", 0.005, 0, 1000, "Weight of the redundancy between dimensions.")],
            "The cross-correlation of both views is the identity."),
        new("vicreg",
            [
                Number("lambdaParam", 25, 0, 1e6, "Weight of the invariance."),
                Number("muParam", 25, 0, 1e6, "Weight of the variance."),
                Number("nuParam", 1, 0, 1e6, "Weight of the covariance."),
                Number("eps", 1e-4, 1e-12, 1, "Added to the variance."),
            ],
            "Pairs are equal, dimensions vary and do not repeat each other."),
        new("mmcr",
            [Number("lmda", 0.005, 0, 1000, "Weight of the size of an image's manifold.")],
            "The views of an image span little, the centroids of images much."),
        new(NegativeCosine, [], "A prediction points where its target does."),
        new("swav",
            [
                Number("temperature", 0.1, 1e-4, 100, TemperatureText),
                Integer("sinkhornIterations", 3, 0, 100, "Rounds that balance the assignment to prototypes."),
                Number("sinkhornEpsilon", 0.05, 1e-4, 100, "Smoothness of the assignment."),
            ],
            "Crops predict the prototypes that others are assigned to."),
        new("dino",
            [
                Number("warmupTeacherTemp", 0.04, 1e-4, 10, "Temperature of the targets in the first epoch."),
                Number("teacherTemp", 0.04, 1e-4, 10, "Temperature of the targets after the warm-up."),
                Integer("warmupTeacherTempEpochs", 30, 0, 100000, "Epochs in which the temperature of the targets changes."),
                Number("studentTemp", 0.1, 1e-4, 10, "Temperature of the predictions."),
                Number("centerMomentum", 0.9, 0, 1, "Share of the old centre in the new one."),
            ],
            "Crops predict the centred, sharpened output of a momentum network."),
        new("tico",
            [
                Number("beta", 0.9, 0, 1, "Share of the old covariance in the new one."),
                Number("rho", 8, 0, 1e6, "Weight of the contrast with the covariance."),
            ],
            "Pairs are equal, and embeddings avoid directions that are in use."),
    ];

    /// <summary>Losses of two sets of embeddings, which fit every method that compares such.</summary>
    public static IReadOnlyList<string> OfPairs { get; } = [NTXent, "dcl", "dclw", "hypersphere", "barlow-twins", "vicreg", "mmcr"];

    /// <summary>The loss of a name, in any spelling; null where there is none.</summary>
    public static LossDefinition? Find(string name) => All.FirstOrDefault(loss => NearestName.IsSpelling(loss.Name, name));
}
