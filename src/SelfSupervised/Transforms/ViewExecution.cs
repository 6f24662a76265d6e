using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms.Tensors;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Chooses who computes the pixels of views: vectorised code for the CPU, operations on tensors for every other device.</summary>
/// <remarks>
/// Both follow one definition, <see cref="ViewParameters"/> and <see cref="ViewTransformOptions"/>. The choice depends on the device
/// alone, which is part of a fleet's numeric class: a job never mixes the two.
/// </remarks>
internal static class ViewExecution
{
    /// <summary>Makes one view of each image.</summary>
    /// <param name="images">Decoded images of any sizes; borrowed.</param>
    /// <param name="parametersOf">What is done to the image of an index; may be called from several threads.</param>
    /// <param name="options">Size, interpolation, order and normalization.</param>
    /// <param name="threads">How many images are computed at once on the CPU.</param>
    /// <param name="device">Where the views are made and stay.</param>
    /// <returns>Float32 [N, 3, height, width], normalized; the caller owns it.</returns>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public static Tensor Run(
        IReadOnlyList<DecodedImage> images, Func<int, ViewParameters> parametersOf, ViewTransformOptions options, int threads, Device device)
    {
        if (images.Count == 0)
        {
            throw new ArgumentException("A batch needs at least one image.", nameof(images));
        }

        return device.type == TorchSharp.DeviceType.CPU
            ? ViewBatch.Compute(
                images.Count, options.InputSize, threads, (index, output) => ViewExecutor.Run(images[index], parametersOf(index), options, output))
            : TensorViewExecutor.Run(images, [.. Enumerable.Range(0, images.Count).Select(parametersOf)], options, device);
    }
}
