using System.Collections.Immutable;
using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes the views of an image that a method wants; the base of lightly's transforms.</summary>
public class MultiViewTransform
{
    /// <summary>Makes a transform of several views.</summary>
    /// <param name="views">Options of each view, validated here.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there are no views.</exception>
    public MultiViewTransform(IEnumerable<ViewTransformOptions> views)
    {
        Pipeline = new ViewPipeline(views);
    }

    /// <summary>Makes a transform of equal views.</summary>
    /// <param name="view">Options of each view, validated here.</param>
    /// <param name="viewCount">Number of views, at least 1.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public MultiViewTransform(ViewTransformOptions view, int viewCount)
        : this(Enumerable.Repeat(view, Math.Max(viewCount, 0)))
    {
    }

    /// <summary>Options of each view.</summary>
    public ImmutableArray<ViewTransformOptions> Views => Pipeline.Views;

    /// <summary>Makes views of whole batches.</summary>
    public ViewPipeline Pipeline { get; }

    /// <summary>Makes the views of one image.</summary>
    /// <param name="image">The image; borrowed.</param>
    /// <param name="sampleId">Number of the image in its data set.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <returns>One tensor a view, float32 [3, height, width]; the caller owns them.</returns>
    public IReadOnlyList<Tensor> Apply(DecodedImage image, long sampleId, ulong seed, long epoch)
    {
        var views = new Tensor[Pipeline.ViewCount];
        for (var view = 0; view < views.Length; view++)
        {
            using var view_13HW = Pipeline.Apply([image], [sampleId], seed, epoch, view, CPU);
            views[view] = view_13HW.squeeze(0);
        }

        return views;
    }
}
