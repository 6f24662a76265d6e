using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Computes views from parameters that were chosen instead of drawn: for previews and for measuring invariance.</summary>
public static class ViewRenderer
{
    /// <summary>Makes one view of an image.</summary>
    /// <param name="image">The image; borrowed.</param>
    /// <param name="parameters">What is done to it.</param>
    /// <param name="options">Size, interpolation, order and normalization; probabilities and ranges do not matter here.</param>
    /// <param name="device">Where the result goes.</param>
    /// <returns>The view, float32 [1, 3, height, width], normalized; the caller owns it.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the crop lies outside of the image.</exception>
    public static Tensor Render(DecodedImage image, ViewParameters parameters, ViewTransformOptions options, Device device)
    {
        options.Validate();
        var crop = parameters.Crop;
        if (crop.Top < 0 || crop.Left < 0 || crop.Height < 1 || crop.Width < 1
            || crop.Top + (long)crop.Height > image.Height || crop.Left + (long)crop.Width > image.Width)
        {
            throw new ArgumentException(
                $"{crop} lies outside of an image of {image.Height} rows and {image.Width} columns.", nameof(parameters));
        }

        return ViewExecution.Run([image], _ => parameters, options, 1, device);
    }
}
