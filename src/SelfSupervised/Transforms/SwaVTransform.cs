namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The multi-crop of SwaV: two large views and six small ones.</summary>
/// <remarks>
/// M. Caron et al.: Unsupervised Learning of Visual Features by Contrasting Cluster Assignments (2020),
/// https://arxiv.org/abs/2006.09882.
/// </remarks>
public sealed class SwaVTransform : MultiViewTransform
{
    /// <summary>Makes the transform.</summary>
    /// <param name="cropSizes">Side of each kind of crop in pixels; null means [224, 96].</param>
    /// <param name="cropCounts">How many crops of each kind; null means [2, 6].</param>
    /// <param name="cropMinScales">Smallest part of the image's area for each kind; null means [0.14, 0.05].</param>
    /// <param name="cropMaxScales">Largest part of the image's area for each kind; null means [1, 0.14].</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="rrProb">Probability of a rotation.</param>
    /// <param name="rrDegrees">Range of the rotation in degrees; null means a quarter turn.</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjStrength">Multiplies the four amounts of colour jitter.</param>
    /// <param name="cjBright">Amount of brightness jitter.</param>
    /// <param name="cjContrast">Amount of contrast jitter.</param>
    /// <param name="cjSat">Amount of saturation jitter.</param>
    /// <param name="cjHue">Amount of hue jitter in turns; with the strength at most 0.5.</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.1, 2].</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A list is not as long as the others, or a value is out of range.</exception>
    public SwaVTransform(
        IReadOnlyList<int>? cropSizes = null,
        IReadOnlyList<int>? cropCounts = null,
        IReadOnlyList<double>? cropMinScales = null,
        IReadOnlyList<double>? cropMaxScales = null,
        double hfProb = 0.5,
        double vfProb = 0,
        double rrProb = 0,
        ValueRange? rrDegrees = null,
        double cjProb = 0.8,
        double cjStrength = 1,
        double cjBright = 0.8,
        double cjContrast = 0.8,
        double cjSat = 0.8,
        double cjHue = 0.2,
        double randomGrayScale = 0.2,
        double gaussianBlur = 0.5,
        ValueRange? sigmas = null,
        ChannelNormalization? normalize = null)
        : base(MultiCrop.Expand(
            cropSizes ?? [224, 96],
            cropCounts ?? [2, 6],
            cropMinScales ?? [0.14, 0.05],
            cropMaxScales ?? [1, 0.14],
            new ViewTransformOptions
            {
                HfProb = hfProb,
                VfProb = vfProb,
                RrProb = rrProb,
                RrDegrees = rrDegrees,
                CjProb = cjProb,
                CjStrength = cjStrength,
                CjBright = cjBright,
                CjContrast = cjContrast,
                CjSat = cjSat,
                CjHue = cjHue,
                RandomGrayScale = randomGrayScale,
                GaussianBlur = gaussianBlur,
                Sigmas = sigmas ?? new ValueRange(0.1, 2),
                Normalize = normalize ?? ChannelNormalization.ImageNet,
            }))
    {
    }
}
