using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Makes one view of every image with each of several transforms.</summary>
public class MultiViewCollateFunction : ICollateFunction
{
    /// <summary>Makes a collate function of transforms.</summary>
    /// <param name="transforms">One transform a view, at least one; entries may be the same.</param>
    /// <exception cref="ArgumentException">There are no transforms.</exception>
    public MultiViewCollateFunction(IReadOnlyList<IViewTransform> transforms)
    {
        if (transforms.Count == 0)
        {
            throw new ArgumentException("A collate function needs at least one transform.", nameof(transforms));
        }

        Transforms = [.. transforms];
    }

    /// <summary>Makes a collate function of options.</summary>
    /// <param name="views">Options of each view, at least one.</param>
    /// <exception cref="ArgumentException">There are no views, or a value is out of range.</exception>
    public MultiViewCollateFunction(IEnumerable<ViewTransformOptions> views)
        : this([.. views.Select(view => new ViewTransform(view))])
    {
    }

    /// <summary>Makes a collate function of one of lightly's transforms.</summary>
    /// <param name="transform">For example <c>new SimCLRTransform(inputSize: 32)</c>.</param>
    public MultiViewCollateFunction(MultiViewTransform transform)
        : this(transform.Views)
    {
    }

    /// <summary>One transform a view.</summary>
    public IReadOnlyList<IViewTransform> Transforms { get; }

    /// <inheritdoc/>
    public virtual CollatedBatch Collate(IReadOnlyList<ImageSample> samples, ulong seed, long epoch)
    {
        var images = samples.Select(sample => sample.Image).ToArray();
        var sampleIds = samples.Select(sample => sample.Id).ToArray();
        var views = new Tensor[Transforms.Count];
        for (var view = 0; view < views.Length; view++)
        {
            views[view] = Transforms[view].Apply(images, sampleIds, seed, epoch, view);
        }

        var labels = tensor(samples.Select(sample => (long)sample.Label).ToArray());
        return new CollatedBatch(views, labels, [.. samples.Select(sample => sample.Name)]);
    }
}
