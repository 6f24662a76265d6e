using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Makes crops of several sizes of every image, each a number of times, with otherwise equal operations.</summary>
public class MultiCropCollateFunction : MultiViewCollateFunction
{
    /// <summary>Makes the collate function.</summary>
    /// <param name="cropSizes">Side of each kind of crop in pixels.</param>
    /// <param name="cropCounts">How many crops of each kind.</param>
    /// <param name="cropMinScales">Smallest part of the image's area for each kind.</param>
    /// <param name="cropMaxScales">Largest part of the image's area for each kind.</param>
    /// <param name="transforms">All other operations.</param>
    /// <exception cref="ArgumentException">The lists are not equally long, or a value is out of range.</exception>
    public MultiCropCollateFunction(
        IReadOnlyList<int> cropSizes,
        IReadOnlyList<int> cropCounts,
        IReadOnlyList<double> cropMinScales,
        IReadOnlyList<double> cropMaxScales,
        ViewTransformOptions transforms)
        : base(MultiCrop.Expand(cropSizes, cropCounts, cropMinScales, cropMaxScales, transforms))
    {
    }
}
