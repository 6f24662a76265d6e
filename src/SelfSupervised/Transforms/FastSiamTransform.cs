namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The views of FastSiam, four by default.</summary>
/// <remarks>D. Pototzky et al.: FastSiam: Resource-Efficient Self-supervised Learning on a Single GPU (2022).</remarks>
public sealed class FastSiamTransform : MultiViewTransform
{
    /// <summary>Makes the transform.</summary>
    /// <param name="numViews">Number of views.</param>
    /// <param name="inputSize">Side of the views in pixels, or (height, width); null means 224.</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjStrength">Multiplies the four amounts of colour jitter.</param>
    /// <param name="cjBright">Amount of brightness jitter.</param>
    /// <param name="cjContrast">Amount of contrast jitter.</param>
    /// <param name="cjSat">Amount of saturation jitter.</param>
    /// <param name="cjHue">Amount of hue jitter in turns; with the strength at most 0.5.</param>
    /// <param name="minScale">Smallest part of the image's area that a crop takes, above 0 up to 1.</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.1, 2].</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="rrProb">Probability of a rotation.</param>
    /// <param name="rrDegrees">Range of the rotation in degrees; null means a quarter turn.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public FastSiamTransform(
        int numViews = 4,
        ImageSize? inputSize = null,
        double cjProb = 0.8,
        double cjStrength = 1,
        double cjBright = 0.4,
        double cjContrast = 0.4,
        double cjSat = 0.4,
        double cjHue = 0.1,
        double minScale = 0.2,
        double randomGrayScale = 0.2,
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
            CjStrength = cjStrength,
            CjBright = cjBright,
            CjContrast = cjContrast,
            CjSat = cjSat,
            CjHue = cjHue,
            MinScale = minScale,
            RandomGrayScale = randomGrayScale,
            GaussianBlur = gaussianBlur,
            Sigmas = sigmas ?? new ValueRange(0.1, 2),
            VfProb = vfProb,
            HfProb = hfProb,
            RrProb = rrProb,
            RrDegrees = rrDegrees,
            Normalize = normalize ?? ChannelNormalization.ImageNet,
        }, numViews)
    {
    }
}
