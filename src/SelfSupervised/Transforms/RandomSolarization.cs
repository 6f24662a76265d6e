using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Inverts, with a probability, all values from a threshold on: v becomes 255 - v.</summary>
public sealed class RandomSolarization : ImageOperation
{
    private readonly int _threshold;

    /// <summary>Makes the operation.</summary>
    /// <param name="prob">Probability, 0 to 1.</param>
    /// <param name="threshold">First value that is inverted, 0 (all) to 256 (none).</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public RandomSolarization(double prob = 0.5, int threshold = 128)
        : base(prob, RandomPurpose.Solarize)
    {
        _threshold = threshold is >= 0 and <= 256 ? threshold : throw RangeError(nameof(threshold), threshold, "0 to 256");
    }

    private protected override DecodedImage Change(DecodedImage image, RandomStream stream) =>
        new(image.Width, image.Height, Array.ConvertAll(image.Pixels, value => value < _threshold ? value : (byte)(255 - value)));
}
