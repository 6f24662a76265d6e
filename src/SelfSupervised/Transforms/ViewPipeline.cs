using System.Collections.Immutable;
using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes the views of images: normalized float tensors, different for every sample, epoch and view.</summary>
/// <remarks>
/// What happens to an image is a function of (seed, epoch, sample, view) and of nothing else: alone or in whatever batch, on
/// whatever worker, in whatever order, a sample's view is the same, bit for bit. Pixels are computed in float32 in a fixed order of
/// additions, so neither threads nor the width of the machine's vectors matter: by vectorised code on the CPU, by tensor operations
/// on any other device. Safe to use from several threads.
/// </remarks>
public sealed class ViewPipeline
{
    private readonly ImmutableArray<ViewTransform> _transforms;

    /// <summary>Makes a pipeline.</summary>
    /// <param name="preset">The views, validated here.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public ViewPipeline(TransformPreset preset)
        : this(preset.Views)
    {
    }

    /// <summary>Makes a pipeline.</summary>
    /// <param name="views">Options of each view, validated here.</param>
    /// <exception cref="ArgumentException">A value is out of range, or there are no views.</exception>
    public ViewPipeline(IEnumerable<ViewTransformOptions> views)
    {
        Views = [.. views];
        new TransformPreset("views", Views).Validate();
        _transforms = [.. Views.Select(view => new ViewTransform(view))];
    }

    /// <summary>Options of each view.</summary>
    public ImmutableArray<ViewTransformOptions> Views { get; }

    /// <summary>Number of views made of each image.</summary>
    public int ViewCount => Views.Length;

    /// <summary>How many images of a batch are computed at once, 1 by default; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Makes one view of each image.</summary>
    /// <param name="images">Decoded images of any sizes, at least one; borrowed.</param>
    /// <param name="sampleIds">Number of each image in its data set: the key of its random numbers.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="view">Which view, 0 to <see cref="ViewCount"/> - 1.</param>
    /// <param name="device">Where the views are made and stay.</param>
    /// <returns>Views, float32 [N, 3, height, width], normalized; the caller owns it.</returns>
    /// <exception cref="ArgumentException">There are no images, or not as many sample ids.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such view.</exception>
    public Tensor Apply(
        IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view, Device device)
    {
        RequireView(view);
        return _transforms[view].Apply(images, sampleIds, seed, epoch, view, Threads, device);
    }

    /// <summary>Draws what <see cref="Apply"/> does to a sample, without computing pixels.</summary>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="sampleId">Number of the image in its data set.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="view">Which view.</param>
    /// <returns>The parameters of each operation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such view.</exception>
    public ViewParameters Draw(int height, int width, long sampleId, ulong seed, long epoch, int view)
    {
        RequireView(view);
        return _transforms[view].Draw(height, width, sampleId, seed, epoch, view);
    }

    private void RequireView(int view)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(view);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(view, ViewCount);
    }
}
