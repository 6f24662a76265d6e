using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Two views for MoCo, first version. For MoCo v2 use the SimCLR settings.</summary>
/// <remarks>All four amounts of colour jitter, that of hue too, are the strength itself.</remarks>
public class MoCoCollateFunction : BaseCollateFunction
{
    /// <summary>Makes the collate function.</summary>
    /// <param name="inputSize">Side of the views in pixels, or (height, width); null means 224.</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjStrength">Multiplies the four amounts of colour jitter.</param>
    /// <param name="minScale">Smallest part of the image's area that a crop takes, above 0 up to 1.</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.2, 2].</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="rrProb">Probability of a rotation.</param>
    /// <param name="rrDegrees">Range of the rotation in degrees; null means a quarter turn.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public MoCoCollateFunction(
        ImageSize? inputSize = null,
        double cjProb = 0.8,
        double cjStrength = 0.4,
        double minScale = 0.2,
        double randomGrayScale = 0.2,
        double gaussianBlur = 0,
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
            CjBright = cjStrength,
            CjContrast = cjStrength,
            CjSat = cjStrength,
            CjHue = cjStrength,
            MinScale = minScale,
            RandomGrayScale = randomGrayScale,
            GaussianBlur = gaussianBlur,
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
