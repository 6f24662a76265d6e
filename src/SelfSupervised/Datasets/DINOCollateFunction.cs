using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The multi-crop of DINO: two large views, blurred and solarized unequally, and six small ones.</summary>
public class DINOCollateFunction : MultiViewCollateFunction
{
    /// <summary>Makes the collate function.</summary>
    /// <param name="globalCropSize">Side of the two large views in pixels.</param>
    /// <param name="globalCropScale">Part of the image's area that a large view takes; null means [0.4, 1].</param>
    /// <param name="localCropSize">Side of the small views in pixels.</param>
    /// <param name="localCropScale">Part of the image's area that a small view takes; null means [0.05, 0.4].</param>
    /// <param name="nLocalViews">Number of small views, 0 or more.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="rrProb">Probability of a rotation.</param>
    /// <param name="rrDegrees">Range of the rotation in degrees; null means a quarter turn.</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjBright">Amount of brightness jitter.</param>
    /// <param name="cjContrast">Amount of contrast jitter.</param>
    /// <param name="cjSat">Amount of saturation jitter.</param>
    /// <param name="cjHue">Amount of hue jitter in turns; with the strength at most 0.5.</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="gaussianBlur">
    /// Probability of blur in the first large, the second large and the small views; null means [1, 0.1, 0.5].
    /// </param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.1, 2].</param>
    /// <param name="solarizationProb">Probability of solarization in the second large view.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A list is not as long as the others, or a value is out of range.</exception>
    public DINOCollateFunction(
        int globalCropSize = 224,
        ValueRange? globalCropScale = null,
        int localCropSize = 96,
        ValueRange? localCropScale = null,
        int nLocalViews = 6,
        double hfProb = 0.5,
        double vfProb = 0,
        double rrProb = 0,
        ValueRange? rrDegrees = null,
        double cjProb = 0.8,
        double cjBright = 0.4,
        double cjContrast = 0.4,
        double cjSat = 0.2,
        double cjHue = 0.1,
        double randomGrayScale = 0.2,
        IReadOnlyList<double>? gaussianBlur = null,
        ValueRange? sigmas = null,
        double solarizationProb = 0.2,
        ChannelNormalization? normalize = null)
        : base(DinoViews.Expand(
            globalCropSize,
            globalCropScale ?? new ValueRange(0.4, 1),
            localCropSize,
            localCropScale ?? new ValueRange(0.05, 0.4),
            nLocalViews,
            gaussianBlur ?? [1, 0.1, 0.5],
            solarizationProb,
            new ViewTransformOptions
            {
                Interpolation = ResizeFilter.Bicubic,
                HfProb = hfProb,
                VfProb = vfProb,
                RrProb = rrProb,
                RrDegrees = rrDegrees,
                CjProb = cjProb,
                CjBright = cjBright,
                CjContrast = cjContrast,
                CjSat = cjSat,
                CjHue = cjHue,
                RandomGrayScale = randomGrayScale,
                Sigmas = sigmas ?? new ValueRange(0.1, 2),
                Normalize = normalize ?? ChannelNormalization.ImageNet,
            }))
    {
    }
}
