namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The views of MSN: two large ones and ten small, focal ones.</summary>
/// <remarks>
/// M. Assran et al.: Masked Siamese Networks for Label-Efficient Learning (2022), https://arxiv.org/abs/2204.07141.
/// The arguments of colour jitter reach the focal views too; lightly forgets to pass some of them.
/// </remarks>
public sealed class MSNTransform : MultiViewTransform
{
    /// <summary>Makes the transform.</summary>
    /// <param name="randomSize">Side of the large views in pixels.</param>
    /// <param name="focalSize">Side of the small views in pixels.</param>
    /// <param name="randomViews">Number of large views.</param>
    /// <param name="focalViews">Number of small views.</param>
    /// <param name="randomCropScale">Part of the image's area that a large view takes; null means [0.3, 1].</param>
    /// <param name="focalCropScale">Part of the image's area that a small view takes; null means [0.05, 0.3].</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjStrength">Multiplies the four amounts of colour jitter.</param>
    /// <param name="cjBright">Amount of brightness jitter.</param>
    /// <param name="cjContrast">Amount of contrast jitter.</param>
    /// <param name="cjSat">Amount of saturation jitter.</param>
    /// <param name="cjHue">Amount of hue jitter in turns; with the strength at most 0.5.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.1, 2].</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there are no views.</exception>
    public MSNTransform(
        int randomSize = 224,
        int focalSize = 96,
        int randomViews = 2,
        int focalViews = 10,
        ValueRange? randomCropScale = null,
        ValueRange? focalCropScale = null,
        double cjProb = 0.8,
        double cjStrength = 1,
        double cjBright = 0.8,
        double cjContrast = 0.8,
        double cjSat = 0.8,
        double cjHue = 0.2,
        double gaussianBlur = 0.5,
        ValueRange? sigmas = null,
        double randomGrayScale = 0.2,
        double hfProb = 0.5,
        double vfProb = 0,
        ChannelNormalization? normalize = null)
        : base(MultiCrop.Expand(
            [randomSize, focalSize],
            [randomViews, focalViews],
            [randomCropScale?.Low ?? 0.3, focalCropScale?.Low ?? 0.05],
            [randomCropScale?.High ?? 1, focalCropScale?.High ?? 0.3],
            new ViewTransformOptions
            {
                CjProb = cjProb,
                CjStrength = cjStrength,
                CjBright = cjBright,
                CjContrast = cjContrast,
                CjSat = cjSat,
                CjHue = cjHue,
                GaussianBlur = gaussianBlur,
                Sigmas = sigmas ?? new ValueRange(0.1, 2),
                RandomGrayScale = randomGrayScale,
                HfProb = hfProb,
                VfProb = vfProb,
                Normalize = normalize ?? ChannelNormalization.ImageNet,
            }))
    {
    }
}
