using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes one kind of view: the operations of <see cref="ViewTransformOptions"/> with random parameters for each sample.</summary>
/// <remarks>Safe to use from several threads; see <see cref="ViewPipeline"/> for what is promised of the bits.</remarks>
public sealed class ViewTransform : IViewTransform
{
    /// <summary>Makes a transform.</summary>
    /// <param name="options">What is done, validated here.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public ViewTransform(ViewTransformOptions options)
    {
        options.Validate();
        Options = options;
    }

    /// <summary>What is done.</summary>
    public ViewTransformOptions Options { get; }

    /// <inheritdoc/>
    public Tensor Apply(IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view) =>
        Apply(images, sampleIds, seed, epoch, view, 1, CPU);

    /// <summary>
    /// Draws what <see cref="Apply(IReadOnlyList{DecodedImage}, IReadOnlyList{long}, ulong, long, int)"/> does to a sample.
    /// </summary>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="sampleId">Number of the image in its data set.</param>
    /// <param name="seed">The job's or loader's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="view">Number of the view.</param>
    /// <returns>The parameters of each operation.</returns>
    public ViewParameters Draw(int height, int width, long sampleId, ulong seed, long epoch, int view) =>
        ViewSampler.Draw(Options, height, width, seed, epoch, sampleId, view);

    internal Tensor Apply(
        IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view, int threads, Device device)
    {
        if (sampleIds.Count != images.Count)
        {
            throw new ArgumentException($"{images.Count} images need as many sample ids, not {sampleIds.Count}.", nameof(sampleIds));
        }

        return ViewExecution.Run(
            images,
            index => Draw(images[index].Height, images[index].Width, sampleIds[index], seed, epoch, view),
            Options,
            threads,
            device);
    }
}
