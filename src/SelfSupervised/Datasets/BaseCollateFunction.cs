using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Makes two views of every image with one transform. Inherit from it to build your own.</summary>
public class BaseCollateFunction : MultiViewCollateFunction
{
    /// <summary>Makes a collate function of a transform of one's own.</summary>
    /// <param name="transform">Called for the first views of the whole batch, then for the second views.</param>
    public BaseCollateFunction(IViewTransform transform)
        : base([transform, transform])
    {
    }

    /// <summary>Makes a collate function of the standard operations.</summary>
    /// <param name="transform">What is done for each view.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public BaseCollateFunction(ViewTransformOptions transform)
        : this(new ViewTransform(transform))
    {
    }
}
