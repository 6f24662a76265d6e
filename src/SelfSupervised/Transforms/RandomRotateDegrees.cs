using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Rotates an image, with a probability, by a random angle of a range.</summary>
/// <remarks>Counter-clockwise on a canvas that stays, nearest pixel, black outside.</remarks>
public sealed class RandomRotateDegrees : ImageOperation
{
    private readonly ValueRange _degrees;

    /// <summary>Makes the operation with angles from -degrees to degrees.</summary>
    /// <param name="prob">Probability, 0 to 1.</param>
    /// <param name="degrees">Largest angle to either side, 0 to 360.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public RandomRotateDegrees(double prob, double degrees)
        : this(prob, new ValueRange(-degrees, degrees))
    {
    }

    /// <summary>Makes the operation.</summary>
    /// <param name="prob">Probability, 0 to 1.</param>
    /// <param name="degrees">Range of the angle, -360 to 360.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public RandomRotateDegrees(double prob, ValueRange degrees)
        : base(prob, RandomPurpose.Rotation)
    {
        _degrees = degrees;
        if (!(degrees.Low >= -360 && degrees.High <= 360 && degrees.Low <= degrees.High))
        {
            throw RangeError(nameof(degrees), degrees, "two numbers from -360 to 360, the smaller one first");
        }
    }

    private protected override DecodedImage Change(DecodedImage image, RandomStream stream) =>
        RandomRotate.Rotate(image, stream.NextUniform(_degrees.Low, _degrees.High));
}
