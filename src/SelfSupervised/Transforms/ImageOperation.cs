using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>One augmentation of an 8-bit image that keeps its size, applied with a probability: lightly's own transforms by themselves.</summary>
/// <remarks>
/// For chains of one's own: apply it to the images before a <see cref="ViewTransform"/>. The views of this library do the same by
/// their options, in one pass. Results are Pillow's to the last bit. Safe to use from several threads.
/// </remarks>
public abstract class ImageOperation
{
    private readonly RandomPurpose _purpose;

    private protected ImageOperation(double prob, RandomPurpose purpose)
    {
        if (prob is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(prob), prob, $"prob is {prob}; allowed is a probability from 0 to 1.");
        }

        Prob = prob;
        _purpose = purpose;
    }

    /// <summary>How often the operation is applied, 0 to 1.</summary>
    public double Prob { get; }

    /// <summary>Applies the operation, or not, as the sample's random numbers say.</summary>
    /// <param name="image">The image; borrowed.</param>
    /// <param name="sampleId">Number of the image in its data set.</param>
    /// <param name="seed">The job's or loader's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="view">Number of the view.</param>
    /// <returns>A changed image, or the given one.</returns>
    public DecodedImage Apply(DecodedImage image, long sampleId, ulong seed, long epoch, int view)
    {
        var stream = new RandomStream(seed, _purpose, epoch, sampleId, view);
        return stream.NextBoolean(Prob) ? Change(image, stream) : image;
    }

    private protected abstract DecodedImage Change(DecodedImage image, RandomStream stream);

    private protected static ArgumentException RangeError(string name, object value, string allowed) =>
        new($"{name} is {value}; allowed is {allowed}.", name);
}
