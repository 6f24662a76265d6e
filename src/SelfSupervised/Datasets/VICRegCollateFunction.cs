using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Two views for VICReg, solarized before they are blurred.</summary>
public class VICRegCollateFunction : BaseCollateFunction
{
    /// <summary>Makes the collate function.</summary>
    /// <param name="inputSize">Side of the views in pixels, or (height, width); null means 224.</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjBright">Amount of brightness jitter.</param>
    /// <param name="cjContrast">Amount of contrast jitter.</param>
    /// <param name="cjSat">Amount of saturation jitter.</param>
    /// <param name="cjHue">Amount of hue jitter in turns; with the strength at most 0.5.</param>
    /// <param name="minScale">Smallest part of the image's area that a crop takes, above 0 up to 1.</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="solarizeProb">Probability of solarization, which comes before the blur.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.2, 2].</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="rrProb">Probability of a rotation.</param>
    /// <param name="rrDegrees">Range of the rotation in degrees; null means a quarter turn.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public VICRegCollateFunction(
        ImageSize? inputSize = null,
        double cjProb = 0.8,
        double cjBright = 0.4,
        double cjContrast = 0.4,
        double cjSat = 0.2,
        double cjHue = 0.1,
        double minScale = 0.08,
        double randomGrayScale = 0.2,
        double solarizeProb = 0.1,
        double gaussianBlur = 0.5,
        ValueRange? sigmas = null,
        double vfProb = 0,
        double hfProb = 0.5,
        double rrProb = 0,
        ValueRange? rrDegrees = null,
        ChannelNormalization? normalize = null)
        : base(new ViewTransformOptions
        {
            InputSize = inputSize ?? 224,
            CjProb = cjProb,
            CjBright = cjBright,
            CjContrast = cjContrast,
            CjSat = cjSat,
            CjHue = cjHue,
            MinScale = minScale,
            RandomGrayScale = randomGrayScale,
            GaussianBlur = gaussianBlur,
            SolarizationProb = solarizeProb,
            SolarizeBeforeBlur = true,
            Sigmas = sigmas ?? new ValueRange(0.2, 2),
            VfProb = vfProb,
            HfProb = hfProb,
            RrProb = rrProb,
            RrDegrees = rrDegrees,
            Normalize = normalize ?? ChannelNormalization.ImageNet,
        })
    {
    }
}
