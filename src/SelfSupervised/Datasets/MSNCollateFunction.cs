using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The views of MSN: two large ones and ten small, focal ones.</summary>
/// <remarks>The amounts of colour jitter are 0.8 times the strength, that of hue 0.2 times.</remarks>
public class MSNCollateFunction : MultiViewCollateFunction
{
    /// <summary>Makes the collate function.</summary>
    /// <param name="randomSize">Side of the large views in pixels.</param>
    /// <param name="focalSize">Side of the small views in pixels.</param>
    /// <param name="randomViews">Number of large views.</param>
    /// <param name="focalViews">Number of small views.</param>
    /// <param name="randomCropScale">Part of the image's area that a large view takes; null means [0.3, 1].</param>
    /// <param name="focalCropScale">Part of the image's area that a small view takes; null means [0.05, 0.3].</param>
    /// <param name="cjProb">Probability of colour jitter.</param>
    /// <param name="cjStrength">Multiplies the four amounts of colour jitter.</param>
    /// <param name="gaussianBlur">Probability of Gaussian blur.</param>
    /// <param name="sigmas">Range of the blur's standard deviation in pixels; null means [0.2, 2].</param>
    /// <param name="randomGrayScale">Probability of conversion to gray.</param>
    /// <param name="hfProb">Probability of a horizontal flip.</param>
    /// <param name="vfProb">Probability of a vertical flip.</param>
    /// <param name="normalize">Mean and deviation of the channels; null means those of ImageNet.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there are no views.</exception>
    public MSNCollateFunction(
        int randomSize = 224,
        int focalSize = 96,
        int randomViews = 2,
        int focalViews = 10,
        ValueRange? randomCropScale = null,
        ValueRange? focalCropScale = null,
        double cjProb = 0.8,
        double cjStrength = 1,
        double gaussianBlur = 0.5,
        ValueRange? sigmas = null,
        double randomGrayScale = 0.2,
        double hfProb = 0.5,
        double vfProb = 0,
        ChannelNormalization? normalize = null)
        : base(new MSNTransform(
            randomSize,
            focalSize,
            randomViews,
            focalViews,
            randomCropScale,
            focalCropScale,
            cjProb,
            cjStrength,
            gaussianBlur: gaussianBlur,
            sigmas: sigmas ?? new ValueRange(0.2, 2),
            randomGrayScale: randomGrayScale,
            hfProb: hfProb,
            vfProb: vfProb,
            normalize: normalize))
    {
    }
}
