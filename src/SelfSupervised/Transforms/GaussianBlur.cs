using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Blurs an image with a probability, with a random standard deviation; hides fine texture.</summary>
/// <remarks>As lightly's GaussianBlur, whose kernel_size and scale have no effect and are left out.</remarks>
public sealed class GaussianBlur : ImageOperation
{
    private readonly ValueRange _sigmas;

    /// <summary>Makes the operation.</summary>
    /// <param name="prob">Probability, 0 to 1.</param>
    /// <param name="sigmas">Range of the standard deviation in pixels, 0 to 256; null means [0.2, 2].</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public GaussianBlur(double prob = 0.5, ValueRange? sigmas = null)
        : base(prob, RandomPurpose.Blur)
    {
        _sigmas = sigmas ?? new ValueRange(0.2, 2);
        if (!(_sigmas.Low >= 0 && _sigmas.High <= 256 && _sigmas.Low <= _sigmas.High))
        {
            throw RangeError(nameof(sigmas), _sigmas, "two numbers from 0 to 256, the smaller one first");
        }
    }

    private protected override DecodedImage Change(DecodedImage image, RandomStream stream)
    {
        var sigma = stream.NextUniform(_sigmas.Low, _sigmas.High);
        if (sigma == 0)
        {
            return image;
        }

        var planes = BytePlanes.Read(image);
        new GaussianBlurFilter().Run(planes, sigma);
        return BytePlanes.Write(planes);
    }
}
