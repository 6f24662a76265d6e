using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Rotates an image, with a probability, by one angle; a quarter turn of a square image moves every pixel exactly.</summary>
/// <remarks>Counter-clockwise on a canvas that stays, nearest pixel, black outside.</remarks>
public sealed class RandomRotate : ImageOperation
{
    private readonly double _angle;

    /// <summary>Makes the operation.</summary>
    /// <param name="prob">Probability, 0 to 1.</param>
    /// <param name="angle">Degrees, counter-clockwise, -360 to 360.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public RandomRotate(double prob = 0.5, double angle = 90)
        : base(prob, RandomPurpose.Rotation)
    {
        _angle = angle is >= -360 and <= 360 ? angle : throw RangeError(nameof(angle), angle, "-360 to 360 degrees");
    }

    private protected override DecodedImage Change(DecodedImage image, RandomStream stream) => Rotate(image, _angle);

    internal static DecodedImage Rotate(DecodedImage image, double degrees)
    {
        var target = new PlanarImage();
        RotationFilter.Run(BytePlanes.Read(image), target, degrees);
        return BytePlanes.Write(target);
    }
}
