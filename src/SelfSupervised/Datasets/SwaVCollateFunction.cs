using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The multi-crop of SwaV: two large views and six small ones.</summary>
/// <remarks>The amounts of colour jitter are the strength, that of hue a quarter of it.</remarks>
public class SwaVCollateFunction : MultiViewCollateFunction
{
    /// <summary>Makes the collate function.</summary>
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
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.2, 2].</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A list is not as long as the others, or a value is out of range.</exception>
    public SwaVCollateFunction(
        IReadOnlyList<int>? cropSizes = null,
        IReadOnlyList<int>? cropCounts = null,
        IReadOnlyList<double>? cropMinScales = null,
        IReadOnlyList<double>? cropMaxScales = null,
        double hfProb = 0.5,
        double vfProb = 0,
        double rrProb = 0,
        ValueRange? rrDegrees = null,
        double cjProb = 0.8,
        double cjStrength = 0.8,
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
                CjBright = cjStrength,
                CjContrast = cjStrength,
                CjSat = cjStrength,
                CjHue = cjStrength / 4,
                RandomGrayScale = randomGrayScale,
                GaussianBlur = gaussianBlur,
                Sigmas = sigmas ?? new ValueRange(0.2, 2),
                Normalize = normalize ?? ChannelNormalization.ImageNet,
            }))
    {
    }
}
