using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Prepares images for embedding and evaluation: resized as a whole (antialiased, sides scaled apart) and normalized.</summary>
public sealed class EvaluationTransform
{
    private readonly ViewTransformOptions _options;

    /// <summary>Makes a transform with ImageNet's normalization.</summary>
    /// <param name="inputSize">Height and width of the result in pixels.</param>
    /// <exception cref="ArgumentException">The size is out of range.</exception>
    public EvaluationTransform(ImageSize inputSize)
        : this(new ViewTransformOptions { InputSize = inputSize })
    {
    }

    /// <summary>Makes a transform with the size, interpolation and normalization of a view.</summary>
    /// <param name="options">Options of a view; its random operations are left out.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public EvaluationTransform(ViewTransformOptions options)
    {
        options.Validate();
        _options = options;
    }

    /// <summary>Height and width of the result in pixels.</summary>
    public ImageSize InputSize => _options.InputSize;

    /// <summary>How many images of a batch are computed at once, 1 by default; the result does not depend on it.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Prepares a batch.</summary>
    /// <param name="images">Decoded images of any sizes, at least one; borrowed.</param>
    /// <param name="device">Where the result goes.</param>
    /// <returns>Images, float32 [N, 3, height, width], normalized; the caller owns it.</returns>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public Tensor Apply(IReadOnlyList<DecodedImage> images, Device device) =>
        ViewExecution.Run(
            images, index => ViewParameters.WholeImage(images[index].Height, images[index].Width), _options, Threads, device);
}
